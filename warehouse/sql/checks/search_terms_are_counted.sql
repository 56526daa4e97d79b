-- the words of search that are counted have as many postings as it says
-- required
SELECT search_terms.term, search_terms.documents, coalesce(counted.documents, 0) AS postings
FROM search_terms
LEFT JOIN (SELECT term, count(*) AS documents FROM search_postings SEMI JOIN search_terms USING (term) GROUP BY term) AS counted
    USING (term)
WHERE search_terms.documents <> coalesce(counted.documents, 0)
ORDER BY ALL;
