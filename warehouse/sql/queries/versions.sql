SELECT version, valid_from, valid_to, title, word_count, run_id FROM article_versions
WHERE article_id = $article_id
ORDER BY version;
