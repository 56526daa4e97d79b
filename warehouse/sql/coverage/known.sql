SELECT found.ordinal, min(found.article_id) AS article_id
FROM (
    SELECT asked.ordinal, articles.article_id FROM asked INNER JOIN articles USING (url)
    UNION ALL
    SELECT asked.ordinal, articles.article_id FROM asked INNER JOIN articles ON asked.by_url = articles.article_id
    UNION ALL
    SELECT asked.ordinal, articles.article_id FROM asked INNER JOIN articles ON asked.by_place = articles.article_id
    UNION ALL
    SELECT asked.ordinal, held.article_id
    FROM asked
    INNER JOIN captures USING (payload_sha256)
    INNER JOIN article_versions AS held USING (capture_id)
    UNION ALL
    SELECT asked.ordinal, held.article_id
    FROM asked
    INNER JOIN captures USING (source, locator)
    INNER JOIN article_versions AS held USING (capture_id)
) AS found
GROUP BY found.ordinal
ORDER BY found.ordinal;
