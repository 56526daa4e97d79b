-- the captures of a run are the sum of their five outcomes
-- required
SELECT run_id, captures, inserted, updated, unchanged, duplicate, rejected
FROM runs
WHERE captures <> inserted + updated + unchanged + duplicate + rejected
ORDER BY ALL;
