SELECT stop AS gap_start, lead(start, 1, $size) OVER (ORDER BY start, stop) AS gap_stop
FROM (SELECT start, stop FROM ledger_marks UNION ALL SELECT 0, 0)
QUALIFY gap_stop > stop
ORDER BY gap_start;
