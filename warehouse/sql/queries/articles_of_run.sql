SELECT
    article_id,
    version,
    substring(
        CAST(published_local AS VARCHAR),
        1,
        CASE WHEN published_precision IN ('year', 'range') THEN 4
            WHEN published_precision IN ('month', 'quarter') THEN 7
            WHEN published_precision = 'day' THEN 10
            ELSE 16
        END
    ) AS published,
    title
FROM article_versions
WHERE run_id = $run_id
ORDER BY published_local NULLS LAST, article_id
LIMIT $limit;
