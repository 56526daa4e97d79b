MERGE INTO sources
USING staged_sources AS staged
ON sources.source = staged.source AND sources.kind = staged.kind AND sources.locator = staged.locator
WHEN MATCHED THEN UPDATE SET
    state = staged.state,
    last_run_id = staged.last_run_id,
    last_success_at = coalesce(staged.last_success_at, sources.last_success_at)
WHEN NOT MATCHED THEN INSERT BY NAME;
