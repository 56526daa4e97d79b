-- Tables made anew with what counts, in the order in which it was: rows taken out one by one would leave gaps, and the
-- parts of a table that have gaps are held in memory when the file is written.
CREATE TABLE fingerprints_anew (
    text_number INTEGER NOT NULL,
    hash UINTEGER NOT NULL
);

INSERT INTO fingerprints_anew FROM fingerprints ANTI JOIN retired_texts USING (text_number);

DROP TABLE fingerprints;

ALTER TABLE fingerprints_anew RENAME TO fingerprints;

COMMENT ON TABLE fingerprints IS 'Hashes of sequences of four words, one in eight kept by value: what copies have in common';
COMMENT ON COLUMN fingerprints.text_number IS 'Text that has the sequence, or had it (retired_texts)';
COMMENT ON COLUMN fingerprints.hash IS '32 bits of the hash of the sequence';

CREATE TABLE text_terms_anew (
    text_number INTEGER NOT NULL,
    word VARCHAR NOT NULL,
    weight FLOAT NOT NULL,
    is_name BOOLEAN NOT NULL
);

INSERT INTO text_terms_anew FROM text_terms ANTI JOIN retired_texts USING (text_number);

DROP TABLE text_terms;

ALTER TABLE text_terms_anew RENAME TO text_terms;

COMMENT ON TABLE text_terms IS 'What a text is about: its rarest and most prominent words';
COMMENT ON COLUMN text_terms.text_number IS 'Text; those in retired_texts are gone';
COMMENT ON COLUMN text_terms.word IS 'Word, in lower case';
COMMENT ON COLUMN text_terms.weight IS 'Share of what the text is about; the squares add up to one';
COMMENT ON COLUMN text_terms.is_name IS 'Whether the text writes it with a capital';

CREATE TABLE story_keys_anew (
    text_number INTEGER NOT NULL,
    key UINTEGER NOT NULL,
    day INTEGER
);

INSERT INTO story_keys_anew
SELECT keys.*
FROM story_keys AS keys
ANTI JOIN retired_keys AS retired ON keys.text_number = retired.text_number AND keys.day IS NOT DISTINCT FROM retired.day;

DROP TABLE story_keys;

ALTER TABLE story_keys_anew RENAME TO story_keys;

COMMENT ON TABLE story_keys IS 'Hashes of any two of the weightiest words of a text: texts on one event have some in common';
COMMENT ON COLUMN story_keys.text_number IS 'Text';
COMMENT ON COLUMN story_keys.key IS 'Hash of two words';
COMMENT ON COLUMN story_keys.day IS 'Day of the text, or one that it had (retired_keys)';

DELETE FROM retired_texts;

DELETE FROM retired_keys;
