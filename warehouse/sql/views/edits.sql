CREATE OR REPLACE VIEW edits AS
SELECT
    article_id,
    version,
    ordinal,
    start,
    stop,
    substring(source_text, start + 1, stop - start) AS original,
    replacement,
    rule
FROM edit_spans
INNER JOIN article_versions USING (article_id, version);
COMMENT ON VIEW edits IS 'Every edit on the way from source_text to text; offsets count characters of source_text from 0';
COMMENT ON COLUMN edits.article_id IS 'Article';
COMMENT ON COLUMN edits.version IS 'Version of the article';
COMMENT ON COLUMN edits.ordinal IS 'Number of the edit in its version, from 1, in order of start';
COMMENT ON COLUMN edits.start IS 'First character, counted in source_text from 0';
COMMENT ON COLUMN edits.stop IS 'Character after the last';
COMMENT ON COLUMN edits.original IS 'What stood there in source_text';
COMMENT ON COLUMN edits.replacement IS 'What stands there in text; empty for a removal';
COMMENT ON COLUMN edits.rule IS 'Rule that made the edit';
