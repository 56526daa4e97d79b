-- a capture, a version and a run each have one row
-- required
SELECT 'captures' AS relation, capture_id AS id, count(*) AS rows FROM captures GROUP BY ALL HAVING count(*) > 1
UNION ALL
SELECT 'article_versions', article_id || '/' || version, count(*) FROM article_versions GROUP BY ALL HAVING count(*) > 1
UNION ALL
SELECT 'runs', run_id, count(*) FROM runs GROUP BY ALL HAVING count(*) > 1
ORDER BY ALL;
