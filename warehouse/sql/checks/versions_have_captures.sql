-- every version was made from a capture whose bytes are kept
-- required
SELECT article_id, version, capture_id
FROM article_versions
ANTI JOIN captures USING (capture_id)
ORDER BY ALL;
