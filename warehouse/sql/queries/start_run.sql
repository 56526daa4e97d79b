INSERT INTO runs (run_id, flow, started_at, status, captures, inserted, updated, unchanged, duplicate, rejected, versions)
VALUES ($run_id, $flow, $started_at, 'running', 0, 0, 0, 0, 0, 0, $versions);
