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
COMMENT ON COLUMN undated_articles.article_id IS 'Article';
COMMENT ON COLUMN undated_articles.title IS 'Headline';
COMMENT ON COLUMN undated_articles.url IS 'Canonical web address, without tracking parameters';
COMMENT ON COLUMN undated_articles.capture_id IS 'Capture that the version was made from: of those with its text and title the earliest that told a date, else the earliest';
COMMENT ON COLUMN undated_articles.claims IS 'What was read as a date and not believed: origin and words';
