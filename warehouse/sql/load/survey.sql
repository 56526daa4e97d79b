-- Of the captures in `surveyed`: which are kept already and where, when they were seen, and which are the current version
-- of their article. Most often there are none, and then no table but that of numbers is read.
CREATE OR REPLACE TEMP TABLE met AS
SELECT capture_id, list(captured_at) AS instants
FROM sightings
WHERE capture_key IN (SELECT TRY_CAST('0x' || substring(record_id, 1, 16) AS UBIGINT) FROM surveyed)
GROUP BY capture_id;

SELECT
    met.capture_id AS record_id,
    met.instants,
    captures.warc_file,
    captures.warc_offset,
    captures.warc_length,
    met.capture_id IN (
        SELECT capture_id
        FROM article_versions
        WHERE valid_to IS NULL AND capture_id IN (SELECT capture_id FROM met)
    ) AS is_current
FROM captures
INNER JOIN met ON captures.capture_id = met.capture_id
WHERE met.capture_id IN (SELECT record_id FROM surveyed);
