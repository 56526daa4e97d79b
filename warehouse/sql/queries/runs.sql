SELECT * FROM run_history LIMIT $limit;
