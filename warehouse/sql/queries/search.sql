SELECT * FROM search($words) LIMIT $limit;
