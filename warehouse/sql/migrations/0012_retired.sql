-- What the texts that are gone left in the large tables stays there until there is much of it: DuckDB holds in memory all
-- parts of a table from which rows were deleted when it writes the file, and texts that are gone lie everywhere.
CREATE TABLE retired_texts (
    text_number INTEGER NOT NULL
);
COMMENT ON TABLE retired_texts IS 'Texts that are gone and whose fingerprints and terms are still in their tables';
COMMENT ON COLUMN retired_texts.text_number IS 'Number that the text had';

CREATE TABLE retired_keys (
    text_number INTEGER NOT NULL,
    day INTEGER
);
COMMENT ON TABLE retired_keys IS 'Keys of stories that count no more, of texts that are gone or have another day';
COMMENT ON COLUMN retired_keys.text_number IS 'Text';
COMMENT ON COLUMN retired_keys.day IS 'Day under which the keys are still in their table';

-- The gaps that there are go once: what is left is written behind, and all that was before is taken out whole.
CREATE TEMP TABLE lasts AS
SELECT
    (SELECT max(rowid) FROM fingerprints) AS fingerprints,
    (SELECT max(rowid) FROM text_terms) AS text_terms,
    (SELECT max(rowid) FROM story_keys) AS story_keys;

INSERT INTO fingerprints FROM fingerprints;

DELETE FROM fingerprints WHERE rowid <= (SELECT fingerprints FROM lasts);

INSERT INTO text_terms FROM text_terms;

DELETE FROM text_terms WHERE rowid <= (SELECT text_terms FROM lasts);

INSERT INTO story_keys FROM story_keys;

DELETE FROM story_keys WHERE rowid <= (SELECT story_keys FROM lasts);

DROP TABLE lasts;
