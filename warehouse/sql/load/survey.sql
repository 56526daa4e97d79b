-- Of the captures in `surveyed`: which are kept already and where, when they were seen, and which are the current version of their article.
SELECT
    surveyed.record_id,
    seen.instants,
    captures.warc_file,
    captures.warc_offset,
    captures.warc_length,
    current.article_id IS NOT NULL AS is_current
FROM surveyed
INNER JOIN captures ON surveyed.record_id = captures.capture_id
LEFT JOIN (SELECT capture_id, list(captured_at) AS instants FROM sightings GROUP BY capture_id) AS seen
    ON captures.capture_id = seen.capture_id
LEFT JOIN article_versions AS current ON captures.capture_id = current.capture_id AND current.valid_to IS NULL;
