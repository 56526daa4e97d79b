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

-- The gaps that there are go once, with tables made anew.
CREATE TABLE fingerprints_anew (
    text_number INTEGER NOT NULL,
    hash UINTEGER NOT NULL
);

INSERT INTO fingerprints_anew FROM fingerprints;

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

INSERT INTO text_terms_anew FROM text_terms;

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
FROM story_keys;

DROP TABLE story_keys;

ALTER TABLE story_keys_anew RENAME TO story_keys;

COMMENT ON TABLE story_keys IS 'Hashes of any two of the weightiest words of a text: texts on one event have some in common';
COMMENT ON COLUMN story_keys.text_number IS 'Text';
COMMENT ON COLUMN story_keys.key IS 'Hash of two words';
COMMENT ON COLUMN story_keys.day IS 'Day of the text, or one that it had (retired_keys)';
