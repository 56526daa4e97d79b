-- Dates that were inferred from stories, and those that were withdrawn, as the filters of search are to see them.
UPDATE search_documents
SET published_at = now.published_at
FROM (SELECT article_id, published_at FROM articles WHERE article_id IN (SELECT article_id FROM reconsidered)) AS now
WHERE search_documents.article_id = now.article_id AND search_documents.published_at IS DISTINCT FROM now.published_at;
