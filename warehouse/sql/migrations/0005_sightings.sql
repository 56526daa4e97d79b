CREATE TABLE sightings (
    article_id VARCHAR NOT NULL,
    captured_at TIMESTAMPTZ NOT NULL,
    arrival BIGINT NOT NULL,
    capture_id VARCHAR NOT NULL,
    content UBIGINT NOT NULL,
    is_dated BOOLEAN NOT NULL,
    article_key UBIGINT NOT NULL,
    capture_key UBIGINT NOT NULL,
    text_key UBIGINT NOT NULL
);
COMMENT ON TABLE sightings IS 'When which content of an article was seen: what the chain of its versions is made from, in any order of arrival';
COMMENT ON COLUMN sightings.article_id IS 'Article';
COMMENT ON COLUMN sightings.captured_at IS 'When it was captured';
COMMENT ON COLUMN sightings.arrival IS 'Number of the sighting in order of arrival, which tells apart what was captured at one instant';
COMMENT ON COLUMN sightings.capture_id IS 'Capture that it was read from';
COMMENT ON COLUMN sightings.content IS 'Hash of text and title: what makes a version';
COMMENT ON COLUMN sightings.is_dated IS 'Whether it told a date of publication';
COMMENT ON COLUMN sightings.article_key IS 'First 64 bits of article_id: a load looks a batch up in numbers, ten times as fast as in names';
COMMENT ON COLUMN sightings.capture_key IS 'First 64 bits of capture_id';
COMMENT ON COLUMN sightings.text_key IS 'First 64 bits of text_sha256';

INSERT INTO sightings
SELECT
    article_id,
    valid_from,
    row_number() OVER (ORDER BY run_id, article_id, version),
    capture_id,
    md5_number_lower(text_sha256 || coalesce('"' || title, '')),
    published_at IS NOT NULL AND published_origin IS DISTINCT FROM 'story',
    CAST('0x' || substring(article_id, 1, 16) AS UBIGINT),
    CAST('0x' || substring(capture_id, 1, 16) AS UBIGINT),
    CAST('0x' || substring(text_sha256, 1, 16) AS UBIGINT)
FROM article_versions;

COMMENT ON TABLE article_versions IS 'Every version of every article; a new one begins when text or title changes, and a new date alone begins none';
COMMENT ON COLUMN article_versions.version IS 'Place of the version in time, from 1; what is captured earlier and arrives later moves the later ones up';
COMMENT ON COLUMN article_versions.capture_id IS 'Capture that the version was made from: of those with its text and title the earliest that told a date, else the earliest';
