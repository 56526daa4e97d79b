-- Ids are hashes, so that the lowest of them are a fair sample, and the same one every time.
SELECT coalesce(title, '') AS title, text FROM articles ORDER BY article_id LIMIT $most;
