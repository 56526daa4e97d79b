SELECT
    hits.*,
    articles.title AS article_title,
    articles.published_at,
    coalesce(articles.publisher, articles.hostname) AS publisher
FROM similar_hits AS hits
LEFT JOIN articles ON hits.hit_article_id = articles.article_id
WHERE hits.run_id = $run_id
ORDER BY hits.is_match DESC, hits.score DESC NULLS LAST, hits.ordinal;
