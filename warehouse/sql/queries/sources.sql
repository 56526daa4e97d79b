-- The states of the places in `asked`.
SELECT
    sources.source,
    sources.kind,
    sources.locator,
    sources.state,
    sources.last_run_id,
    sources.last_success_at
FROM sources
INNER JOIN asked ON sources.locator = asked.locator
WHERE sources.source = $source AND sources.kind = $kind;
