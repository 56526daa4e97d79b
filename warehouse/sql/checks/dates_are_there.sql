-- an article has a date of publication
-- advisory
SELECT article_id, title FROM articles WHERE published_at IS NULL ORDER BY ALL;
