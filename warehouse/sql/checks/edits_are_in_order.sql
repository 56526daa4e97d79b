-- edits lie inside source_text, in order, and never overlap
-- required
SELECT article_id, version, ordinal, start, stop
FROM (
    SELECT *, lag(stop, 1, 0) OVER (PARTITION BY article_id, version ORDER BY ordinal) AS stop_before
    FROM edit_spans
)
LEFT JOIN article_versions USING (article_id, version)
WHERE start < stop_before OR stop < start OR source_text IS NULL OR stop > length(source_text)
ORDER BY ALL;
