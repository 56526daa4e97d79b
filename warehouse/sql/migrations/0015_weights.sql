-- Of common words alone, a question tries the documents first where the first word weighs most: a top list needs no more of a
-- million, where what the other words can add is known.
ALTER TABLE search_terms ADD COLUMN highest UTINYINT DEFAULT 255;
COMMENT ON COLUMN search_terms.highest IS 'No posting of it weighs more';

ALTER TABLE search_terms ADD COLUMN ample UTINYINT DEFAULT 0;
COMMENT ON COLUMN search_terms.ample IS 'Some ten thousand documents have it with this weight or more; 0 where few have it at all';

UPDATE search_terms
SET highest = weighed.highest, ample = CASE WHEN search_terms.documents > 100_000 THEN weighed.ample ELSE 0 END
FROM (
    SELECT term, max(weight) AS highest, coalesce(min(weight) FILTER (heavier < 10_000), 0) AS ample
    FROM (
        SELECT term, weight, sum(documents) OVER (PARTITION BY term ORDER BY weight DESC) - documents AS heavier
        FROM (SELECT term, weight, count(*) AS documents FROM search_postings SEMI JOIN search_terms USING (term) GROUP BY term, weight)
    )
    GROUP BY term
) AS weighed
WHERE search_terms.term = weighed.term;
