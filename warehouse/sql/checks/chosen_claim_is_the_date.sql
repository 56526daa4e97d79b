-- a dated version has exactly one chosen claim of publication, whose interval begins at its date
-- required
SELECT article_id, version, published_at, claims.earliest, claims.chosen
FROM article_versions
LEFT JOIN (
    SELECT article_id, version, min(earliest) AS earliest, count(*) AS chosen
    FROM date_claims
    WHERE chosen AND kind = 'published'
    GROUP BY article_id, version
) AS claims USING (article_id, version)
WHERE published_origin IS DISTINCT FROM 'story'
    AND (published_at IS DISTINCT FROM claims.earliest OR claims.chosen > 1)
ORDER BY ALL;
