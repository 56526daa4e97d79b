-- Count the words from here on that one in a hundred documents of the segment $merged has.
INSERT INTO search_terms
SELECT term, count(*)
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
