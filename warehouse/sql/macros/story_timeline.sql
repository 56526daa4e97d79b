CREATE OR REPLACE MACRO story_timeline(of_story) AS TABLE
SELECT
    articles.published_at,
    story_articles.role,
    articles.article_id,
    coalesce(articles.publisher, articles.hostname) AS publisher,
    articles.title,
    story_articles.similarity,
    story_articles.reason
FROM story_articles
INNER JOIN articles USING (article_id)
WHERE story_articles.story_id = of_story
ORDER BY articles.published_at NULLS LAST, articles.valid_from, articles.article_id;
COMMENT ON MACRO TABLE story_timeline IS 'Articles of a story in the order of their publication';
