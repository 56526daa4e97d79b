SELECT max(run_id) AS run_id FROM similar_requests WHERE article_id = $article_id;
