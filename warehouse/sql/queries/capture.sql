SELECT * EXCLUDE (capture_key) FROM captures WHERE capture_id = $capture_id;
