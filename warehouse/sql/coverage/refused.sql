SELECT locator, min(reason) AS reason, min(detail) AS detail
FROM rejections
WHERE run_id = $run_id
GROUP BY locator;
