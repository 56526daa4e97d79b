-- What would change, by source: `summary_before` is what is, `summary_after` the shadow set.
SELECT
    coalesce(before.source, after.source) AS source,
    count(*) AS articles,
    count(*) FILTER (before.article_id IS NULL) AS new,
    count(*) FILTER (after.article_id IS NULL) AS gone,
    count(*) FILTER (both_there AND before.text_sha256 <> after.text_sha256) AS text,
    count(*) FILTER (both_there AND before.title IS DISTINCT FROM after.title) AS title,
    count(*) FILTER (
        both_there AND (
            before.published_at IS DISTINCT FROM after.published_at
            OR before.published_precision IS DISTINCT FROM after.published_precision
        )
    ) AS date,
    count(*) FILTER (
        both_there AND (
            before.authors IS DISTINCT FROM after.authors
            OR before.publisher IS DISTINCT FROM after.publisher
            OR before.language IS DISTINCT FROM after.language
        )
    ) AS other
FROM (SELECT *, true AS here FROM summary_before) AS before
FULL JOIN (SELECT *, true AS here FROM summary_after) AS after ON before.article_id = after.article_id
CROSS JOIN LATERAL (SELECT coalesce(before.here AND after.here, false) AS both_there)
GROUP BY ALL
ORDER BY source;
