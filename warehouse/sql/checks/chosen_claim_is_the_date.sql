-- a dated version has exactly one chosen claim of publication, whose interval begins at its date
-- required
SELECT article_id, version, published_at, claims.earliest, claims.chosen
FROM article_versions
LEFT JOIN (SELECT * FROM date_claims WHERE chosen AND kind = 'published') AS claims USING (article_id, version)
WHERE published_origin IS DISTINCT FROM 'story' AND published_at IS DISTINCT FROM claims.earliest
ORDER BY ALL;
