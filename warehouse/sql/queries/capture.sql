SELECT * FROM captures WHERE capture_id = $capture_id;
