CREATE OR REPLACE MACRO similar_to(of_article) AS TABLE
SELECT
    articles.article_id,
    pairs.similarity,
    pairs.containment,
    pairs.aligned,
    pairs.method,
    articles.published_at,
    coalesce(articles.publisher, articles.hostname) AS publisher,
    articles.title
FROM (
    SELECT other_id AS article_id, similarity, containment, aligned, method FROM near_duplicates WHERE article_id = of_article
    UNION
    SELECT article_id, similarity, containment, aligned, method FROM near_duplicates WHERE other_id = of_article
) AS pairs
INNER JOIN articles USING (article_id)
ORDER BY pairs.similarity DESC, articles.article_id;
COMMENT ON MACRO TABLE similar_to IS 'Articles paired with an article, the most similar first';
