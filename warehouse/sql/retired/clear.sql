-- What counts is written behind, in the order in which it was, and all that was before is taken out whole.
CREATE OR REPLACE TEMP TABLE lasts AS
SELECT
    (SELECT max(rowid) FROM fingerprints) AS fingerprints,
    (SELECT max(rowid) FROM text_terms) AS text_terms,
    (SELECT max(rowid) FROM story_keys) AS story_keys;

INSERT INTO fingerprints FROM fingerprints ANTI JOIN retired_texts USING (text_number);

DELETE FROM fingerprints WHERE rowid <= (SELECT fingerprints FROM lasts);

INSERT INTO text_terms FROM text_terms ANTI JOIN retired_texts USING (text_number);

DELETE FROM text_terms WHERE rowid <= (SELECT text_terms FROM lasts);

INSERT INTO story_keys
SELECT keys.*
FROM story_keys AS keys
ANTI JOIN retired_keys AS retired ON keys.text_number = retired.text_number AND keys.day IS NOT DISTINCT FROM retired.day;

DELETE FROM story_keys WHERE rowid <= (SELECT story_keys FROM lasts);

DELETE FROM retired_texts;

DELETE FROM retired_keys;
