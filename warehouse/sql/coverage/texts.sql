SELECT
    articles.article_id,
    articles.title,
    articles.text,
    articles.text_sha256,
    articles.published_at,
    coalesce(articles.publisher, articles.hostname) AS publisher,
    known_day(articles.published_at, articles.published_precision) AS day,
    about.terms,
    EXISTS (
        SELECT 1
        FROM near_duplicates AS pairs
        WHERE (pairs.article_id = articles.article_id AND pairs.other_id = $article_id)
            OR (pairs.other_id = articles.article_id AND pairs.article_id = $article_id)
    ) AS is_pair,
    EXISTS (
        SELECT 1
        FROM story_articles AS one
        INNER JOIN story_articles AS other USING (story_id)
        WHERE one.article_id = articles.article_id AND other.article_id = $article_id
    ) AS is_of_story
FROM articles
SEMI JOIN compared USING (article_id)
LEFT JOIN (
    SELECT
        texts.text_sha256,
        list({'word': text_terms.word, 'weight': text_terms.weight, 'is_name': text_terms.is_name} ORDER BY text_terms.weight DESC, text_terms.word)
            AS terms
    FROM texts
    INNER JOIN text_terms USING (text_number)
    GROUP BY texts.text_sha256
) AS about USING (text_sha256)
ORDER BY articles.article_id;
