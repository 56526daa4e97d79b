-- the words of search that are counted have as many postings as it says, and none that weighs more
-- required
SELECT search_terms.term, search_terms.documents, coalesce(counted.documents, 0) AS postings
FROM search_terms
LEFT JOIN (
    SELECT term, count(*) AS documents, max(weight) AS highest FROM search_postings SEMI JOIN search_terms USING (term) GROUP BY term
) AS counted
    USING (term)
WHERE search_terms.documents <> coalesce(counted.documents, 0) OR counted.highest > search_terms.highest
ORDER BY ALL;
