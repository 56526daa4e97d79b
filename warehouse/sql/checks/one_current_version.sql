-- an article has exactly one current version, its last
-- required
SELECT article_id, count(*) FILTER (valid_to IS NULL) AS current_versions
FROM article_versions
GROUP BY article_id
HAVING count(*) FILTER (valid_to IS NULL) <> 1 OR max(version) <> max(version) FILTER (valid_to IS NULL)
ORDER BY ALL;
