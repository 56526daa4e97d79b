DELETE FROM sources WHERE source = $source AND locator = $locator;

INSERT INTO sources (source, kind, locator, state, last_run_id, last_success_at)
VALUES ($source, $kind, $locator, $state, $run_id, $now);
