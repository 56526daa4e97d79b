SELECT story_id, role, similarity, reason, article_count FROM story_articles
INNER JOIN stories USING (story_id)
WHERE article_id = $article_id;
