-- Of the captures in `surveyed`: which are kept already and where, when they were seen, and which are the current version
-- of their article. Most often there are none, and then no table but that of numbers is read.
CREATE OR REPLACE TEMP TABLE met_places AS
SELECT rowid AS place
FROM sightings
WHERE capture_key IN (SELECT TRY_CAST('0x' || substring(record_id, 1, 16) AS UBIGINT) FROM surveyed);

CREATE OR REPLACE TEMP TABLE met AS
SELECT capture_id, capture_key, any_value(text_key) AS text_key, list(captured_at) AS instants
FROM sightings
WHERE rowid IN (SELECT place FROM met_places)
GROUP BY capture_id, capture_key;

CREATE OR REPLACE TEMP TABLE places_of_captures AS
SELECT rowid AS place FROM captures WHERE capture_key IN (SELECT capture_key FROM met);

CREATE OR REPLACE TEMP TABLE places_of_versions AS
SELECT rowid AS place FROM article_versions WHERE text_key IN (SELECT text_key FROM met);

SELECT
    met.capture_id AS record_id,
    met.instants,
    captures.warc_file,
    captures.warc_offset,
    captures.warc_length,
    met.capture_id IN (
        SELECT capture_id
        FROM article_versions
        WHERE rowid IN (SELECT place FROM places_of_versions) AND valid_to IS NULL
    ) AS is_current
FROM (SELECT * FROM captures WHERE rowid IN (SELECT place FROM places_of_captures)) AS captures
INNER JOIN met ON captures.capture_id = met.capture_id
WHERE met.capture_id IN (SELECT record_id FROM surveyed);
