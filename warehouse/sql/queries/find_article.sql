SELECT article_id FROM articles WHERE starts_with(article_id, $beginning) ORDER BY article_id LIMIT 6;
