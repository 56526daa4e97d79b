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
    error,
    versions ->> '$.program' AS program,
    substring(versions ->> '$.rules', 1, 12) AS rules,
    CAST(versions -> '$.libraries' AS VARCHAR) AS libraries
FROM runs
ORDER BY run_id DESC;
COMMENT ON VIEW run_history IS 'Runs, the latest first, with how long they took and what they ran with';
COMMENT ON COLUMN run_history.run_id IS 'Id of the run; ids sort by time';
COMMENT ON COLUMN run_history.flow IS 'What ran';
COMMENT ON COLUMN run_history.status IS 'running, done, failed or interrupted';
COMMENT ON COLUMN run_history.started_at IS 'When it began';
COMMENT ON COLUMN run_history.seconds IS 'How long it took; empty while it runs';
COMMENT ON COLUMN run_history.captures IS 'Captures seen';
COMMENT ON COLUMN run_history.inserted IS 'Captures that became new articles';
COMMENT ON COLUMN run_history.updated IS 'Captures that became new versions of known articles';
COMMENT ON COLUMN run_history.unchanged IS 'Captures that changed nothing';
COMMENT ON COLUMN run_history.duplicate IS 'Captures that became new articles with the text of a known one';
COMMENT ON COLUMN run_history.rejected IS 'Captures that were refused; see rejections';
COMMENT ON COLUMN run_history.error IS 'What ended the run, if it did not end well';
COMMENT ON COLUMN run_history.program IS 'Version of the program';
COMMENT ON COLUMN run_history.rules IS 'First twelve digits of the SHA-256 of the rules';
COMMENT ON COLUMN run_history.libraries IS 'Versions of the libraries that decide what a capture becomes, as JSON';
