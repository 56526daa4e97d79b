CREATE OR REPLACE TEMP TABLE prints AS
SELECT fingerprints.*
FROM fingerprints
SEMI JOIN compared USING (text_number);
