SELECT * FROM similar_requests WHERE run_id = $run_id ORDER BY ordinal;
