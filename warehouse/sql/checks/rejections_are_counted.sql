-- a run has as many rejections as it counts
-- required
SELECT runs.run_id, runs.rejected, count(rejections.run_id) AS rows
FROM runs
LEFT JOIN rejections USING (run_id)
GROUP BY ALL
HAVING runs.rejected <> count(rejections.run_id)
ORDER BY ALL;
