SELECT story_id, article_count, publisher_count, first_published_at, title FROM stories
ORDER BY article_count DESC, first_published_at DESC NULLS LAST, story_id
LIMIT $limit;
