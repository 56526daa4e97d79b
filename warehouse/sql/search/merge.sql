-- Write one stretch of terms, [$low, $high], of the segments in $segments into the segment $merged, without what is retired.
INSERT INTO search_postings
SELECT CAST($merged AS INTEGER), term, document, weight, positions
FROM search_postings
ANTI JOIN (SELECT document FROM search_retired WHERE document BETWEEN $first_document AND $last_document) AS retired
    USING (document)
WHERE
    segment BETWEEN list_min($segments) AND list_max($segments)
    AND term BETWEEN $low AND $high
ORDER BY term, document;
