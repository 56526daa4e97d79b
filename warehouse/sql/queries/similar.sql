SELECT article_id, similarity, containment, method, title FROM similar_to($article_id);
