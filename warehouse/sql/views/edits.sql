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
