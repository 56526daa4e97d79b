SELECT captures, inserted, updated, unchanged, duplicate, rejected FROM settled_batches
WHERE run_id = $run_id AND batch = $batch;
