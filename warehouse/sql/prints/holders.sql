-- Those that are gone are among them.
CREATE OR REPLACE TEMP TABLE found_holders AS
SELECT fingerprints.hash, fingerprints.text_number
FROM fingerprints
INNER JOIN asked USING (hash);
