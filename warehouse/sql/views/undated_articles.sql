CREATE OR REPLACE VIEW undated_articles AS
SELECT
    article_id,
    title,
    url,
    capture_id,
    (
        SELECT list(origin || ': ' || raw ORDER BY origin, raw)
        FROM date_claims
        WHERE date_claims.article_id = articles.article_id AND date_claims.version = articles.version
    ) AS claims
FROM articles
WHERE published_at IS NULL;
COMMENT ON VIEW undated_articles IS 'Current articles without a publication date, with the claims that were not believed';
