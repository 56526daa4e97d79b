-- an article has a title
-- advisory
SELECT article_id, url FROM articles WHERE title IS NULL ORDER BY ALL;
