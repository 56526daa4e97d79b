-- The rows of the partitions in `wanted`, in order. Row groups follow the days, and in a day the publishers stand
-- together, so that readers skip by either.
SELECT *
FROM partitioned
SEMI JOIN wanted USING (year, month)
ORDER BY
    year,
    month,
    CAST(published_local AS DATE),
    coalesce(publisher, hostname),
    published_at,
    article_id;
