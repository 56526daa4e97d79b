-- text is source_text with its edits applied, to the character
-- required
WITH pieces AS (
    SELECT
        article_id,
        version,
        ordinal,
        start,
        stop,
        replacement,
        lag(stop, 1, 0) OVER trail AS kept_from,
        lead(start) OVER trail IS NULL AS is_last
    FROM edit_spans
    WINDOW trail AS (PARTITION BY article_id, version ORDER BY ordinal)
),
rebuilt AS (
    SELECT
        article_id,
        version,
        string_agg(
            substring(source_text, kept_from + 1, start - kept_from) || replacement
            || CASE WHEN is_last THEN substring(source_text, stop + 1) ELSE '' END,
            '' ORDER BY ordinal
        ) AS text
    FROM pieces
    INNER JOIN article_versions USING (article_id, version)
    GROUP BY article_id, version
)
SELECT article_versions.article_id, article_versions.version
FROM article_versions
LEFT JOIN rebuilt USING (article_id, version)
WHERE coalesce(rebuilt.text, article_versions.source_text) <> article_versions.text
ORDER BY ALL;
