SELECT
    articles.article_id,
    articles.title,
    articles.text,
    articles.language,
    articles.dateline,
    articles.url,
    coalesce(chosen.earliest, articles.published_at) AS earliest,
    coalesce(chosen.latest, articles.published_at) AS latest
FROM articles
LEFT JOIN date_claims AS chosen
    ON articles.article_id = chosen.article_id
    AND articles.version = chosen.version
    AND chosen.kind = 'published'
    AND chosen.chosen
WHERE articles.article_id = $article_id
LIMIT 1;
