-- every exact copy is paired with the earliest article of its text
-- required
SELECT article_id, text_sha256
FROM (
    SELECT
        article_id,
        text_sha256,
        first_value(article_id) OVER (PARTITION BY text_sha256 ORDER BY if(published_origin = 'story', NULL, published_at) NULLS LAST, valid_from, article_id)
            AS original_id
    FROM articles
)
ANTI JOIN (SELECT article_id, other_id AS original_id FROM near_duplicates WHERE method = 'exact') AS paired
    USING (article_id, original_id)
WHERE article_id <> original_id
ORDER BY ALL;
