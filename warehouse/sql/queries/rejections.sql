SELECT stage, reason, locator, detail FROM rejections WHERE run_id = $run_id ORDER BY locator, stage LIMIT $limit;
