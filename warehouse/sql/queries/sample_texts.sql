SELECT article_id, version, text, title, language FROM articles ORDER BY md5(article_id) LIMIT $limit;
