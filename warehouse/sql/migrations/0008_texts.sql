-- The texts of articles are not packed: a search reads twenty of them, each from another place, and what is packed in
-- blocks of two thousand is unpacked for one. The table is made anew for that, with its columns in their order.
CREATE TABLE versions_anew (
    article_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    capture_id VARCHAR NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    valid_to TIMESTAMPTZ,
    url VARCHAR,
    hostname VARCHAR,
    publisher VARCHAR,
    title VARCHAR,
    title_origin VARCHAR,
    authors VARCHAR[] NOT NULL,
    credit VARCHAR,
    dateline VARCHAR,
    language VARCHAR,
    published_at TIMESTAMPTZ,
    published_local TIMESTAMP,
    published_precision VARCHAR,
    published_origin VARCHAR,
    modified_at TIMESTAMPTZ,
    text VARCHAR NOT NULL USING COMPRESSION uncompressed,
    source_text VARCHAR NOT NULL,
    word_count INTEGER NOT NULL,
    text_sha256 VARCHAR NOT NULL,
    extractor VARCHAR NOT NULL,
    flags VARCHAR[] NOT NULL,
    run_id VARCHAR NOT NULL
);

INSERT INTO versions_anew SELECT * FROM article_versions;

DROP TABLE article_versions;

ALTER TABLE versions_anew RENAME TO article_versions;

COMMENT ON TABLE article_versions IS 'Every version of every article; a new one begins when text or title changes, and a new date alone begins none';
COMMENT ON COLUMN article_versions.article_id IS 'Hash of the canonical URL, else of source and locator; 32 hex digits';
COMMENT ON COLUMN article_versions.version IS 'Place of the version in time, from 1; what is captured earlier and arrives later moves the later ones up';
COMMENT ON COLUMN article_versions.capture_id IS 'Capture that the version was made from: of those with its text and title the earliest that told a date, else the earliest';
COMMENT ON COLUMN article_versions.valid_from IS 'When the version was first captured';
COMMENT ON COLUMN article_versions.valid_to IS 'When the next version was captured; empty for the current one';
COMMENT ON COLUMN article_versions.url IS 'Canonical web address, without tracking parameters';
COMMENT ON COLUMN article_versions.hostname IS 'Host of the address, without www.';
COMMENT ON COLUMN article_versions.publisher IS 'Publisher, as the source or page names it';
COMMENT ON COLUMN article_versions.title IS 'Headline';
COMMENT ON COLUMN article_versions.title_origin IS 'Where the headline was found: source, title-line, first-sentence, json-ld, og, h1, title …';
COMMENT ON COLUMN article_versions.authors IS 'Names of the authors';
COMMENT ON COLUMN article_versions.credit IS 'Credit line of the reporters, in its own words';
COMMENT ON COLUMN article_versions.dateline IS 'Place that the report was filed from, in its own words';
COMMENT ON COLUMN article_versions.language IS 'ISO 639-1 code of the language';
COMMENT ON COLUMN article_versions.published_at IS 'Start of the publication interval, as an instant in UTC; empty for undated articles';
COMMENT ON COLUMN article_versions.published_local IS 'The same on the page''s own clock, without zone';
COMMENT ON COLUMN article_versions.published_precision IS 'How exact the date is: instant, minute, hour, day, month, quarter, year or range';
COMMENT ON COLUMN article_versions.published_origin IS 'Origin of the chosen date claim';
COMMENT ON COLUMN article_versions.modified_at IS 'Start of the interval of the last modification, in UTC';
COMMENT ON COLUMN article_versions.text IS 'The article''s text, clean: source_text with the edits applied';
COMMENT ON COLUMN article_versions.source_text IS 'Everything that the document showed a reader, decoded and otherwise untouched';
COMMENT ON COLUMN article_versions.word_count IS 'Words of text, counted between white space';
COMMENT ON COLUMN article_versions.text_sha256 IS 'SHA-256 of text in UTF-8; equal for exact copies';
COMMENT ON COLUMN article_versions.extractor IS 'What made text of the bytes: text or page';
COMMENT ON COLUMN article_versions.flags IS 'What the cleaning revealed: machine_translated, paywalled, truncated, damaged_encoding …';
COMMENT ON COLUMN article_versions.run_id IS 'Run that made the version';
