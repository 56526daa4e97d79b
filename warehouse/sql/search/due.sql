-- Segments that are to become one. Sizes are told apart in steps of 16; when the newest segments up to some size are 16,
-- they are merged, so that a posting is written again once for each such step, and documents stay in their order. A
-- segment is in the order of terms, so that a question reads one stretch of it for each of its words: few large ones cost
-- it least. One of $final postings or more stays as it is, so that no batch has to write all there is.
WITH sized AS (
    SELECT
        segment,
        last_document,
        postings,
        CASE WHEN postings >= $final THEN 99 ELSE CAST(floor(log2(postings + 1) / 4) AS INTEGER) END AS size
    FROM search_segments
),
sizes AS (
    SELECT DISTINCT
        size,
        coalesce((SELECT max(larger.segment) FROM sized AS larger WHERE larger.size > sized.size), 0) AS barrier
    FROM sized
    WHERE size < 99
)
SELECT
    list(sized.segment ORDER BY sized.segment) AS segments,
    max(sized.segment) + 1 AS merged,
    coalesce((SELECT max(last_document) FROM sized AS before WHERE before.segment <= any_value(sizes.barrier)), 0) + 1
        AS first_document,
    max(sized.last_document) AS last_document,
    sum(sized.postings) AS postings
FROM sizes
INNER JOIN sized ON sized.segment > sizes.barrier
GROUP BY sizes.size
HAVING count(*) >= 16 OR (count(*) > 1 AND sum(sized.postings) >= $final)
ORDER BY sizes.size
LIMIT 1;
