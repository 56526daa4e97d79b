SELECT source, kind, locator, state, last_run_id, last_success_at
FROM sources
WHERE source = $source AND kind = $kind;
