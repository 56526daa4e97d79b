-- Count the words from here on that one in a hundred documents of the segment $merged has.
INSERT INTO search_terms
SELECT term, count(*), max(weight), 0
FROM search_postings
SEMI JOIN (
    SELECT term
    FROM (
        SELECT term
        FROM search_postings
        WHERE segment = $merged
        GROUP BY term
        HAVING count(*) * 100 > $last_document - $first_document
    )
    ANTI JOIN search_terms USING (term)
) AS common USING (term)
GROUP BY term
ORDER BY term;

-- How heavy some $ample documents are in all, told by as large a share of this segment.
UPDATE search_terms
SET ample = weighed.ample
FROM (
    SELECT term, coalesce(min(weight) FILTER (heavier < share), 0) AS ample
    FROM (
        SELECT
            terms.term,
            counted.weight,
            sum(counted.documents) OVER (PARTITION BY terms.term ORDER BY counted.weight DESC) - counted.documents AS heavier,
            $ample * sum(counted.documents) OVER (PARTITION BY terms.term) / terms.documents AS share
        FROM search_terms AS terms
        INNER JOIN (
            SELECT term, weight, count(*) AS documents
            FROM search_postings
            SEMI JOIN search_terms USING (term)
            WHERE segment = $merged
            GROUP BY term, weight
        ) AS counted USING (term)
        WHERE terms.documents > 10 * $ample
    )
    GROUP BY term
) AS weighed
WHERE search_terms.term = weighed.term;
