-- Write one stretch of terms, [$low, $high], of the segments in $segments into the segment $merged, without what is retired.
CREATE OR REPLACE TEMP TABLE retired AS
SELECT document FROM search_retired WHERE document BETWEEN $first_document AND $last_document;

INSERT INTO search_postings
SELECT CAST($merged AS INTEGER), term, flatten(list(postings ORDER BY segment))
FROM search_postings
WHERE
    segment BETWEEN list_min($segments) AND list_max($segments)
    AND term BETWEEN $low AND $high
    AND (SELECT count(*) FROM retired) = 0
GROUP BY term
ORDER BY term;

INSERT INTO search_postings
SELECT CAST($merged AS INTEGER), term, list_sort(list(posting))
FROM (
    SELECT term, unnest(postings) AS posting
    FROM search_postings
    WHERE
        segment BETWEEN list_min($segments) AND list_max($segments)
        AND term BETWEEN $low AND $high
        AND (SELECT count(*) FROM retired) > 0
)
ANTI JOIN retired ON posting // 256 = document
GROUP BY term
ORDER BY term;
