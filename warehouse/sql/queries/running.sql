SELECT run_id, versions ->> '$.process' AS process FROM runs WHERE status = 'running' ORDER BY run_id;
