-- `prints` has the fingerprints of the texts that are compared.
-- Whether two texts that met are copies in part is told by all that they share.
CREATE OR REPLACE TEMP TABLE scored AS
WITH shared AS (
    SELECT rescored.text_number, rescored.other_number, one.hash
    FROM rescored
    INNER JOIN prints AS one ON rescored.text_number = one.text_number
    INNER JOIN prints AS other ON rescored.other_number = other.text_number AND one.hash = other.hash
),
counted AS (
    SELECT
        shared.text_number,
        shared.other_number,
        count(*) AS shared,
        count(*) FILTER (common.hash IS NULL) AS rare,
        count(*) FILTER (common.hub IS NULL OR common.hub IN (shared.text_number, shared.other_number)) AS met,
        count(*) FILTER (
            common.is_wide IS NOT TRUE OR common.hub IN (shared.text_number, shared.other_number)
        ) AS meetings
    FROM shared
    LEFT JOIN common_fingerprints AS common USING (hash)
    GROUP BY shared.text_number, shared.other_number
),
sizes AS (
    SELECT text_number, fingerprints FROM texts SEMI JOIN compared USING (text_number)
)
SELECT counted.text_number, counted.other_number, counted.shared
FROM counted
INNER JOIN sizes AS one ON counted.text_number = one.text_number
INNER JOIN sizes AS other ON counted.other_number = other.text_number
WHERE
    counted.meetings >= 4
    AND makes_pair(
        counted.rare,
        counted.met,
        counted.shared,
        least(one.fingerprints, other.fingerprints),
        greatest(one.fingerprints, other.fingerprints)
    );

CREATE OR REPLACE TEMP TABLE former_pairs AS
SELECT text_number, other_number FROM text_pairs SEMI JOIN gone USING (text_number)
UNION
SELECT text_number, other_number FROM text_pairs SEMI JOIN gone ON text_pairs.other_number = gone.text_number
UNION
SELECT text_number, other_number FROM text_pairs SEMI JOIN rescored USING (text_number, other_number);

CREATE OR REPLACE TEMP TABLE lost_pairs AS
SELECT text_number, other_number FROM former_pairs
EXCEPT
SELECT text_number, other_number FROM scored;

CREATE OR REPLACE TEMP TABLE new_pairs AS
SELECT text_number, other_number FROM scored
EXCEPT
SELECT text_number, other_number FROM former_pairs;

DELETE FROM text_pairs
USING former_pairs
WHERE text_pairs.text_number = former_pairs.text_number AND text_pairs.other_number = former_pairs.other_number;

INSERT INTO text_pairs BY NAME SELECT * FROM scored ORDER BY text_number, other_number;
