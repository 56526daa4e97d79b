DELETE FROM similar_requests WHERE run_id = $run_id;

DELETE FROM similar_hits WHERE run_id = $run_id;

INSERT INTO similar_requests BY NAME SELECT * FROM staged_requests ORDER BY ordinal;

INSERT INTO similar_hits BY NAME SELECT * FROM staged_hits ORDER BY ordinal;
