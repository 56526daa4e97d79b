CREATE OR REPLACE TEMP TABLE seen_captures AS
SELECT
    staged.* EXCLUDE (ordinal, known, seen),
    CAST('0x' || substring(staged.capture_id, 1, 16) AS UBIGINT) AS capture_key,
    articles.charset,
    greatest($seen_at, staged.captured_at) AS last_seen_at,
    $run_id AS run_id
FROM staged_captures AS staged
LEFT JOIN staged_articles AS articles USING (ordinal)
WHERE staged.known OR articles.ordinal IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY staged.capture_id ORDER BY staged.captured_at, staged.ordinal) = 1;

-- What has a sighting from before this batch is there already.
CREATE OR REPLACE TEMP TABLE former_captures AS
SELECT capture_id, capture_key
FROM seen_captures
WHERE capture_key IN (
    SELECT capture_key
    FROM sightings
    WHERE
        arrival < (SELECT coalesce(min(arrival), 9_223_372_036_854_775_807) FROM fresh)
        AND capture_key IN (SELECT capture_key FROM seen_captures)
);

CREATE OR REPLACE TEMP TABLE places_of_captures AS
SELECT rowid AS place FROM captures WHERE capture_key IN (SELECT capture_key FROM former_captures);

UPDATE captures
SET captured_at = least(captures.captured_at, seen.captured_at),
    last_seen_at = greatest(captures.last_seen_at, seen.last_seen_at)
FROM (SELECT * FROM seen_captures SEMI JOIN former_captures USING (capture_id)) AS seen
WHERE captures.rowid IN (SELECT place FROM places_of_captures) AND captures.capture_id = seen.capture_id;

INSERT INTO captures BY NAME
SELECT * FROM seen_captures ANTI JOIN former_captures USING (capture_id);

INSERT INTO rejections BY NAME
SELECT staged.* EXCLUDE (ordinal), $run_id AS run_id, $seen_at AS rejected_at
FROM staged_rejections AS staged
ORDER BY staged.ordinal;
