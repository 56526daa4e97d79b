-- the texts that are compared are those of the current articles, each with its earliest article
-- required
SELECT coalesce(texts.text_sha256, held.text_sha256) AS text_sha256, texts.article_id, held.article_id AS earliest
FROM texts
FULL JOIN (
    SELECT text_sha256, article_id
    FROM articles
    QUALIFY row_number() OVER (PARTITION BY text_sha256 ORDER BY if(published_origin = 'story', NULL, published_at) NULLS LAST, valid_from, article_id) = 1
) AS held USING (text_sha256)
WHERE texts.article_id IS DISTINCT FROM held.article_id
ORDER BY ALL;
