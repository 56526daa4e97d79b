-- The states of the places in `asked`, or of all.
SELECT
    sources.source,
    sources.kind,
    sources.locator,
    sources.state,
    sources.last_run_id,
    sources.last_success_at
FROM sources
WHERE
    sources.source = $source
    AND sources.kind = $kind
    AND ($all_of_them OR sources.locator IN (SELECT locator FROM asked))
ORDER BY sources.locator;
