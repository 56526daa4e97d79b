CREATE OR REPLACE VIEW distinct_articles AS
SELECT * FROM articles
QUALIFY row_number() OVER (PARTITION BY text_sha256 ORDER BY if(published_origin = 'story', NULL, published_at) NULLS LAST, valid_from, article_id) = 1;
COMMENT ON VIEW distinct_articles IS 'One current article for each text: of exact copies the earliest';
