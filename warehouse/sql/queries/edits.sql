SELECT ordinal, start, stop, original, replacement, rule FROM edits
WHERE article_id = $article_id AND version = $version
ORDER BY ordinal;
