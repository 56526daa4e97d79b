-- Current articles that the index does not know, some at a time.
CREATE OR REPLACE TEMP TABLE to_index AS
SELECT
    row_number() OVER (ORDER BY article_id) AS ordinal,
    article_id,
    title,
    text,
    published_at,
    lower(coalesce(publisher, hostname)) AS publisher,
    true AS is_new
FROM articles
ANTI JOIN search_documents USING (article_id)
ORDER BY article_id
LIMIT $most;
