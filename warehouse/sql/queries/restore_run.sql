DELETE FROM runs WHERE run_id = $run_id;

DELETE FROM settled_batches WHERE run_id = $run_id;

INSERT INTO runs
SELECT
    $run_id,
    $flow,
    CAST($started_at AS TIMESTAMPTZ),
    CAST($finished_at AS TIMESTAMPTZ),
    $status,
    $captures,
    $inserted,
    $updated,
    $unchanged,
    $duplicate,
    $rejected,
    $error,
    $versions;
