-- a pair of near-duplicates is two current articles, once, the later one first, with shares between 0 and 1
-- required
SELECT pairs.article_id, pairs.other_id, pairs.method
FROM near_duplicates AS pairs
LEFT JOIN articles AS later ON pairs.article_id = later.article_id
LEFT JOIN articles AS earlier ON pairs.other_id = earlier.article_id
WHERE coalesce(
    (coalesce(if(later.published_origin = 'story', NULL, later.published_at), 'infinity'), later.valid_from, later.article_id)
    <= (coalesce(if(earlier.published_origin = 'story', NULL, earlier.published_at), 'infinity'), earlier.valid_from, earlier.article_id),
    true
)
OR later.article_id IS NULL
OR earlier.article_id IS NULL
OR NOT (
    pairs.similarity BETWEEN 0 AND 1
    AND pairs.containment BETWEEN pairs.similarity AND 1
    AND pairs.aligned BETWEEN pairs.similarity AND pairs.containment
)
UNION ALL
SELECT article_id, other_id, 'twice'
FROM near_duplicates
GROUP BY article_id, other_id
HAVING count(*) > 1
ORDER BY ALL;
