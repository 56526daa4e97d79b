-- Links date what has no date of its own, and take such dates back; `reconsidered` names the articles that they looked at.
UPDATE search_documents
SET published_at = current.published_at
FROM (
    SELECT article_id, published_at
    FROM article_versions
    WHERE valid_to IS NULL AND article_id IN (SELECT article_id FROM reconsidered)
) AS current
WHERE search_documents.article_id = current.article_id
    AND search_documents.published_at IS DISTINCT FROM current.published_at;
