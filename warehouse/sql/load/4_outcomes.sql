CREATE OR REPLACE TEMP TABLE outcomes AS
SELECT
    count(*) FILTER (outcome = 'inserted') AS inserted,
    count(*) FILTER (outcome = 'updated') AS updated,
    count(*) FILTER (outcome = 'unchanged') AS unchanged,
    count(*) FILTER (outcome = 'duplicate') AS duplicate,
    count(*) FILTER (outcome = 'rejected') AS rejected,
    count(*) AS captures
FROM (
    SELECT
        CASE
            WHEN is_duplicate THEN 'duplicate'
            WHEN is_new THEN 'inserted'
            WHEN is_update THEN 'updated'
            ELSE 'unchanged'
        END AS outcome
    FROM states
    UNION ALL
    SELECT 'unchanged' FROM staged_captures WHERE known
    UNION ALL
    SELECT 'rejected' FROM staged_rejections
);

INSERT INTO settled_batches BY NAME
SELECT $run_id AS run_id, $batch AS batch, * FROM outcomes;

UPDATE runs SET
    captures = runs.captures + outcomes.captures,
    inserted = runs.inserted + outcomes.inserted,
    updated = runs.updated + outcomes.updated,
    unchanged = runs.unchanged + outcomes.unchanged,
    duplicate = runs.duplicate + outcomes.duplicate,
    rejected = runs.rejected + outcomes.rejected
FROM outcomes
WHERE runs.run_id = $run_id;
