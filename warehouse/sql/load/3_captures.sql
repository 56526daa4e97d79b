MERGE INTO captures
USING (
    SELECT
        staged.* EXCLUDE (ordinal, known, seen),
        articles.charset,
        greatest($seen_at, staged.captured_at) AS last_seen_at,
        $run_id AS run_id
    FROM staged_captures AS staged
    LEFT JOIN staged_articles AS articles USING (ordinal)
    WHERE staged.known OR articles.ordinal IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY staged.capture_id ORDER BY staged.captured_at, staged.ordinal) = 1
) AS seen
ON captures.capture_id = seen.capture_id
WHEN MATCHED THEN UPDATE SET
    captured_at = least(captures.captured_at, seen.captured_at),
    last_seen_at = greatest(captures.last_seen_at, seen.last_seen_at)
WHEN NOT MATCHED THEN INSERT BY NAME;

INSERT INTO rejections BY NAME
SELECT staged.* EXCLUDE (ordinal), $run_id AS run_id, $seen_at AS rejected_at
FROM staged_rejections AS staged
ORDER BY staged.ordinal;
