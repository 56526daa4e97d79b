CREATE TABLE captures (
    capture_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    locator VARCHAR NOT NULL,
    url VARCHAR,
    media_type VARCHAR NOT NULL,
    charset VARCHAR,
    captured_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    payload_sha256 VARCHAR NOT NULL,
    payload_bytes BIGINT NOT NULL,
    http_status INTEGER,
    warc_file VARCHAR NOT NULL,
    warc_offset BIGINT NOT NULL,
    warc_length BIGINT NOT NULL,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE captures IS 'Bytes seen at a place: one row for each place and content, with where the bytes are kept';
COMMENT ON COLUMN captures.capture_id IS 'Hash of source, locator and payload; 32 hex digits';
COMMENT ON COLUMN captures.source IS 'Name of the connector that saw the bytes';
COMMENT ON COLUMN captures.locator IS 'Place in the source: a path, a path and # with an id or line, a WARC offset or a URL';
COMMENT ON COLUMN captures.url IS 'Web address that the source gives for the document, as it gives it';
COMMENT ON COLUMN captures.media_type IS 'Media type of the payload; application/json is a document line';
COMMENT ON COLUMN captures.charset IS 'Charset that the text was read in';
COMMENT ON COLUMN captures.captured_at IS 'When the bytes were first got from their place; for a file its time of writing';
COMMENT ON COLUMN captures.last_seen_at IS 'When a run last saw these bytes at this place';
COMMENT ON COLUMN captures.payload_sha256 IS 'SHA-256 of the payload; 64 hex digits';
COMMENT ON COLUMN captures.payload_bytes IS 'Size of the payload in bytes';
COMMENT ON COLUMN captures.http_status IS 'Status of the HTTP answer, for what was fetched';
COMMENT ON COLUMN captures.warc_file IS 'WARC file of the archive that holds the bytes';
COMMENT ON COLUMN captures.warc_offset IS 'Offset of the record in that file, in bytes';
COMMENT ON COLUMN captures.warc_length IS 'Length of the record in that file, in bytes';
COMMENT ON COLUMN captures.run_id IS 'Run that first saw these bytes at this place';

CREATE TABLE article_versions (
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
    text VARCHAR NOT NULL,
    source_text VARCHAR NOT NULL,
    word_count INTEGER NOT NULL,
    text_sha256 VARCHAR NOT NULL,
    extractor VARCHAR NOT NULL,
    flags VARCHAR[] NOT NULL,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE article_versions IS 'Every version of every article; a new one begins when text, title or publication date changes';
COMMENT ON COLUMN article_versions.article_id IS 'Hash of the canonical URL, else of source and locator; 32 hex digits';
COMMENT ON COLUMN article_versions.version IS 'Number of the version, from 1';
COMMENT ON COLUMN article_versions.capture_id IS 'Capture that the version was made from';
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

CREATE TABLE edit_spans (
    article_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    replacement VARCHAR NOT NULL,
    rule VARCHAR NOT NULL
);
COMMENT ON TABLE edit_spans IS 'The edits without the words that they take; query the view edits';
COMMENT ON COLUMN edit_spans.article_id IS 'Article';
COMMENT ON COLUMN edit_spans.version IS 'Version of the article';
COMMENT ON COLUMN edit_spans.ordinal IS 'Number of the edit in its version, from 1, in order of start';
COMMENT ON COLUMN edit_spans.start IS 'First character, counted in source_text from 0';
COMMENT ON COLUMN edit_spans.stop IS 'Character after the last';
COMMENT ON COLUMN edit_spans.replacement IS 'What stands there in text; empty for a removal';
COMMENT ON COLUMN edit_spans.rule IS 'Rule that made the edit';

CREATE TABLE date_claims (
    article_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    raw VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,
    earliest TIMESTAMPTZ,
    latest TIMESTAMPTZ,
    precision VARCHAR,
    utc_offset INTEGER,
    chosen BOOLEAN NOT NULL,
    note VARCHAR NOT NULL
);
COMMENT ON TABLE date_claims IS 'Every statement of when a version was published or modified, and which one was believed';
COMMENT ON COLUMN date_claims.article_id IS 'Article';
COMMENT ON COLUMN date_claims.version IS 'Version of the article';
COMMENT ON COLUMN date_claims.kind IS 'published or modified';
COMMENT ON COLUMN date_claims.raw IS 'The words that were read';
COMMENT ON COLUMN date_claims.origin IS 'Where they stood: source, text-prefix, json-ld, meta, url, byline, feed, story …';
COMMENT ON COLUMN date_claims.earliest IS 'First instant that fits the words; empty where they cannot be read';
COMMENT ON COLUMN date_claims.latest IS 'First instant after those that fit';
COMMENT ON COLUMN date_claims.precision IS 'How exact the words are';
COMMENT ON COLUMN date_claims.utc_offset IS 'Offset from UTC that the words give, in minutes';
COMMENT ON COLUMN date_claims.chosen IS 'Whether the version''s date is this one';
COMMENT ON COLUMN date_claims.note IS 'Why the claim was chosen, doubted or refused';

CREATE TABLE date_mentions (
    article_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    raw VARCHAR NOT NULL,
    timex VARCHAR NOT NULL,
    earliest TIMESTAMPTZ,
    latest TIMESTAMPTZ,
    grain VARCHAR NOT NULL
);
COMMENT ON TABLE date_mentions IS 'Dates, times, durations and sets of times that a text speaks of';
COMMENT ON COLUMN date_mentions.article_id IS 'Article';
COMMENT ON COLUMN date_mentions.version IS 'Version of the article';
COMMENT ON COLUMN date_mentions.ordinal IS 'Number of the mention in its version, from 1';
COMMENT ON COLUMN date_mentions.start IS 'First character, counted in text from 0';
COMMENT ON COLUMN date_mentions.stop IS 'Character after the last';
COMMENT ON COLUMN date_mentions.raw IS 'The words';
COMMENT ON COLUMN date_mentions.timex IS 'TIMEX3 value';
COMMENT ON COLUMN date_mentions.earliest IS 'First instant of the interval; empty for what is no place on the calendar';
COMMENT ON COLUMN date_mentions.latest IS 'First instant after the interval';
COMMENT ON COLUMN date_mentions.grain IS 'Unit of the expression: year, quarter, month, week, day, part, hour, minute …';

CREATE TABLE near_duplicates (
    article_id VARCHAR NOT NULL,
    other_id VARCHAR NOT NULL,
    similarity DOUBLE NOT NULL,
    containment DOUBLE NOT NULL,
    method VARCHAR NOT NULL
);
COMMENT ON TABLE near_duplicates IS 'Pairs of articles with the same words; exact copies hang on the earliest of them';
COMMENT ON COLUMN near_duplicates.article_id IS 'The later article of the pair';
COMMENT ON COLUMN near_duplicates.other_id IS 'The earlier article of the pair';
COMMENT ON COLUMN near_duplicates.similarity IS 'Share of all their words that both have, 0 to 1';
COMMENT ON COLUMN near_duplicates.containment IS 'Share of the shorter one''s words that the other has, 0 to 1';
COMMENT ON COLUMN near_duplicates.method IS 'How the pair was found; exact: equal text';

CREATE TABLE stories (
    story_id VARCHAR NOT NULL,
    title VARCHAR,
    first_published_at TIMESTAMPTZ,
    last_published_at TIMESTAMPTZ,
    article_count INTEGER NOT NULL,
    publisher_count INTEGER NOT NULL
);
COMMENT ON TABLE stories IS 'Articles that tell of one event, as far as they are known to: the copies of one text';
COMMENT ON COLUMN stories.story_id IS 'Hash of the text that the story began with; 32 hex digits';
COMMENT ON COLUMN stories.title IS 'Title of the original article';
COMMENT ON COLUMN stories.first_published_at IS 'Earliest publication';
COMMENT ON COLUMN stories.last_published_at IS 'Latest publication';
COMMENT ON COLUMN stories.article_count IS 'Articles in the story';
COMMENT ON COLUMN stories.publisher_count IS 'Publishers in the story, as far as they are known';

CREATE TABLE story_articles (
    story_id VARCHAR NOT NULL,
    article_id VARCHAR NOT NULL,
    similarity DOUBLE NOT NULL,
    role VARCHAR NOT NULL
);
COMMENT ON TABLE story_articles IS 'Which articles belong to a story';
COMMENT ON COLUMN story_articles.story_id IS 'Story';
COMMENT ON COLUMN story_articles.article_id IS 'Article';
COMMENT ON COLUMN story_articles.similarity IS 'Similarity to the original, 0 to 1';
COMMENT ON COLUMN story_articles.role IS 'original, copy or coverage';

CREATE TABLE runs (
    run_id VARCHAR NOT NULL,
    flow VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    status VARCHAR NOT NULL,
    captures BIGINT NOT NULL,
    inserted BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    duplicate BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    error VARCHAR,
    versions JSON
);
COMMENT ON TABLE runs IS 'Every run, what it saw and what became of it; captures is the sum of the five outcomes';
COMMENT ON COLUMN runs.run_id IS 'Id of the run; ids sort by time';
COMMENT ON COLUMN runs.flow IS 'What ran';
COMMENT ON COLUMN runs.started_at IS 'When it began';
COMMENT ON COLUMN runs.finished_at IS 'When it ended; empty while it runs, and after a crash';
COMMENT ON COLUMN runs.status IS 'running, done, failed or interrupted';
COMMENT ON COLUMN runs.captures IS 'Captures seen';
COMMENT ON COLUMN runs.inserted IS 'Captures that became new articles';
COMMENT ON COLUMN runs.updated IS 'Captures that became new versions of known articles';
COMMENT ON COLUMN runs.unchanged IS 'Captures that changed nothing';
COMMENT ON COLUMN runs.duplicate IS 'Captures that became new articles with the text of a known one';
COMMENT ON COLUMN runs.rejected IS 'Captures that were refused; see rejections';
COMMENT ON COLUMN runs.error IS 'What ended the run, if it did not end well';
COMMENT ON COLUMN runs.versions IS 'Versions of program, rules and libraries, as JSON';

CREATE TABLE rejections (
    run_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    locator VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    payload_sha256 VARCHAR,
    warc_file VARCHAR NOT NULL,
    warc_offset BIGINT NOT NULL,
    rejected_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE rejections IS 'What a run refused, why, and where its bytes are kept';
COMMENT ON COLUMN rejections.run_id IS 'Run that refused it';
COMMENT ON COLUMN rejections.source IS 'Name of the connector';
COMMENT ON COLUMN rejections.locator IS 'Place in the source';
COMMENT ON COLUMN rejections.stage IS 'Where it was refused: read, decode, parse, extract, clean or load';
COMMENT ON COLUMN rejections.reason IS 'Why, in one word';
COMMENT ON COLUMN rejections.detail IS 'Why, in a sentence';
COMMENT ON COLUMN rejections.payload_sha256 IS 'SHA-256 of the bytes, where there were any';
COMMENT ON COLUMN rejections.warc_file IS 'WARC file of the archive that holds the bytes';
COMMENT ON COLUMN rejections.warc_offset IS 'Offset of the record in that file, in bytes';
COMMENT ON COLUMN rejections.rejected_at IS 'When the run began that refused it';

CREATE TABLE sources (
    source VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    locator VARCHAR NOT NULL,
    state JSON,
    last_run_id VARCHAR,
    last_success_at TIMESTAMPTZ
);
COMMENT ON TABLE sources IS 'Places that documents come from, and how far each was read';
COMMENT ON COLUMN sources.source IS 'Name of the connector';
COMMENT ON COLUMN sources.kind IS 'Kind of place: file, folder, glob, feed …';
COMMENT ON COLUMN sources.locator IS 'The place, as it was given';
COMMENT ON COLUMN sources.state IS 'Cursor, as JSON';
COMMENT ON COLUMN sources.last_run_id IS 'Run that last read it';
COMMENT ON COLUMN sources.last_success_at IS 'When a run last read it to its end';

CREATE TABLE ledger_marks (
    start BIGINT NOT NULL,
    stop BIGINT NOT NULL
);
COMMENT ON TABLE ledger_marks IS 'Stretches of the archive''s ledger that the warehouse holds; a gap is a batch that was lost on the way';
COMMENT ON COLUMN ledger_marks.start IS 'First byte of the stretch in the ledger';
COMMENT ON COLUMN ledger_marks.stop IS 'Byte after the last';

CREATE TABLE settled_batches (
    run_id VARCHAR NOT NULL,
    batch BIGINT NOT NULL,
    captures BIGINT NOT NULL,
    inserted BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    duplicate BIGINT NOT NULL,
    rejected BIGINT NOT NULL
);
COMMENT ON TABLE settled_batches IS 'Batches of the runs under way that are loaded, so that one that is loaded again is not counted again';
COMMENT ON COLUMN settled_batches.run_id IS 'Run';
COMMENT ON COLUMN settled_batches.batch IS 'Number of the batch in its run';
COMMENT ON COLUMN settled_batches.captures IS 'Captures in the batch';
COMMENT ON COLUMN settled_batches.inserted IS 'Captures that became new articles';
COMMENT ON COLUMN settled_batches.updated IS 'Captures that became new versions';
COMMENT ON COLUMN settled_batches.unchanged IS 'Captures that changed nothing';
COMMENT ON COLUMN settled_batches.duplicate IS 'Captures that became new articles with the text of a known one';
COMMENT ON COLUMN settled_batches.rejected IS 'Captures that were refused';
