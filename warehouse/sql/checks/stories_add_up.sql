-- a story has two current articles or more, each in no other story, and counts them
-- required
SELECT coalesce(stories.story_id, counted.story_id) AS story_id, stories.article_count, counted.articles
FROM stories
FULL JOIN (
    SELECT story_articles.story_id, count(articles.article_id) AS articles
    FROM story_articles
    LEFT JOIN articles USING (article_id)
    GROUP BY story_articles.story_id
) AS counted USING (story_id)
WHERE stories.article_count IS DISTINCT FROM counted.articles OR stories.article_count < 2
UNION ALL
SELECT min(story_id), NULL, count(*) FROM story_articles GROUP BY article_id HAVING count(*) > 1
ORDER BY ALL;
