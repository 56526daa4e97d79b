CREATE OR REPLACE VIEW run_history AS
SELECT
    run_id,
    flow,
    status,
    started_at,
    date_diff('millisecond', started_at, finished_at) / 1000 AS seconds,
    captures,
    inserted,
    updated,
    unchanged,
    duplicate,
    rejected,
    error
FROM runs
ORDER BY run_id DESC;
COMMENT ON VIEW run_history IS 'Runs, the latest first, with how long they took';
