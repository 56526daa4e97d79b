CREATE TABLE texts (
    text_number INTEGER NOT NULL,
    text_sha256 VARCHAR NOT NULL,
    article_id VARCHAR NOT NULL,
    published_at TIMESTAMPTZ,
    valid_from TIMESTAMPTZ NOT NULL,
    fingerprints INTEGER NOT NULL
);
COMMENT ON TABLE texts IS 'The texts of current articles, each once however many articles have it';
COMMENT ON COLUMN texts.text_number IS 'Number of the text, in order of arrival; means nothing outside the warehouse';
COMMENT ON COLUMN texts.text_sha256 IS 'SHA-256 of the text';
COMMENT ON COLUMN texts.article_id IS 'Earliest article with the text';
COMMENT ON COLUMN texts.published_at IS 'Publication of that article; empty for undated ones';
COMMENT ON COLUMN texts.valid_from IS 'When its version was first captured';
COMMENT ON COLUMN texts.fingerprints IS 'How many fingerprints the text has';

CREATE TABLE fingerprints (
    text_number INTEGER NOT NULL,
    hash UINTEGER NOT NULL
);
COMMENT ON TABLE fingerprints IS 'Hashes of sequences of four words, one in eight kept by value: what copies have in common';
COMMENT ON COLUMN fingerprints.text_number IS 'Text that has the sequence';
COMMENT ON COLUMN fingerprints.hash IS '32 bits of the hash of the sequence';

CREATE TABLE common_fingerprints (
    hash UINTEGER NOT NULL,
    hub INTEGER NOT NULL
);
COMMENT ON TABLE common_fingerprints IS 'Fingerprints that more than five texts have; all of these are compared with one of them, the hub';
COMMENT ON COLUMN common_fingerprints.hash IS 'Fingerprint';
COMMENT ON COLUMN common_fingerprints.hub IS 'Number of the longest text that has it';

CREATE TABLE text_pairs (
    text_number INTEGER NOT NULL,
    other_number INTEGER NOT NULL,
    shared INTEGER NOT NULL
);
COMMENT ON TABLE text_pairs IS 'Pairs of texts that are copies in part; near_duplicates has them as articles';
COMMENT ON COLUMN text_pairs.text_number IS 'The text with the lower number';
COMMENT ON COLUMN text_pairs.other_number IS 'The text with the higher number';
COMMENT ON COLUMN text_pairs.shared IS 'Fingerprints that both have';

ALTER TABLE near_duplicates ADD COLUMN aligned DOUBLE;
COMMENT ON COLUMN near_duplicates.aligned IS 'Share of the later article''s words that stand in the earlier one, 0 to 1';
COMMENT ON COLUMN near_duplicates.method IS 'How the pair was found; exact: equal text, fingerprints: word sequences in common';
