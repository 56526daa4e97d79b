SELECT * EXCLUDE (article_key, text_key) FROM article_versions WHERE article_id = $article_id AND version = $version;
