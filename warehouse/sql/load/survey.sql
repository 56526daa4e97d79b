-- Of the captures in `surveyed`: which are kept already and where, and which are the current version of their article.
SELECT
    surveyed.record_id,
    captures.captured_at,
    captures.warc_file,
    captures.warc_offset,
    captures.warc_length,
    current.article_id IS NOT NULL AS is_current
FROM surveyed
INNER JOIN captures ON surveyed.record_id = captures.capture_id
LEFT JOIN article_versions AS current ON captures.capture_id = current.capture_id AND current.valid_to IS NULL;
