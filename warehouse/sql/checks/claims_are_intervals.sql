-- the interval of a date claim that was read is not empty, and the chosen claim of publication holds the article's date
-- required
SELECT article_id, version, raw, earliest, latest, published_at
FROM date_claims
INNER JOIN article_versions USING (article_id, version)
WHERE
    (earliest IS NULL) <> (latest IS NULL)
    OR latest <= earliest
    OR (chosen AND kind = 'published' AND published_origin IS DISTINCT FROM 'story'
        AND (published_at < earliest OR published_at >= latest))
ORDER BY ALL;
