-- New texts with all that they meet, by rare fingerprints or others. Their numbers are higher than those of all texts
-- before.
CREATE OR REPLACE TEMP TABLE candidates AS
WITH meetings AS (
    SELECT one.text_number, other.text_number AS other_number
    FROM few_holders AS one
    INNER JOIN few_holders AS other ON one.hash = other.hash AND one.text_number < other.text_number
    WHERE other.text_number >= (SELECT min(text_number) FROM come)
    UNION ALL
    SELECT least(text_number, hub), greatest(text_number, hub)
    FROM hub_holders
    WHERE is_wide AND text_number <> hub AND greatest(text_number, hub) >= (SELECT min(text_number) FROM come)
    UNION ALL
    SELECT met.hub, come_prints.text_number
    FROM come_prints
    INNER JOIN met USING (hash)
    ANTI JOIN asked USING (hash)
)
SELECT text_number, other_number
FROM meetings
GROUP BY text_number, other_number
HAVING count(*) >= 4;

-- Pairs of old texts that share a fingerprint which became common or has another hub.
INSERT INTO candidates
SELECT DISTINCT pairs.text_number, pairs.other_number
FROM text_pairs AS pairs
INNER JOIN all_holders AS one ON pairs.text_number = one.text_number
INNER JOIN turned USING (hash)
INNER JOIN all_holders AS other ON pairs.other_number = other.text_number AND one.hash = other.hash;

-- Pairs of old texts that a fingerprint speaks for anew, since a text that had it is gone.
INSERT INTO candidates
SELECT one.text_number, other.text_number AS other_number
FROM few_holders AS one
INNER JOIN few_holders AS other ON one.hash = other.hash AND one.text_number < other.text_number
WHERE one.hash IN (SELECT hash FROM gone_prints INNER JOIN turned USING (hash))
UNION
SELECT least(text_number, hub), greatest(text_number, hub)
FROM hub_holders
WHERE is_wide AND text_number <> hub AND hash IN (SELECT hash FROM gone_prints INNER JOIN turned USING (hash));

CREATE OR REPLACE TEMP TABLE rescored AS SELECT DISTINCT text_number, other_number FROM candidates;

CREATE OR REPLACE TEMP TABLE prints AS
SELECT fingerprints.*
FROM fingerprints
SEMI JOIN (
    SELECT text_number FROM rescored
    UNION
    SELECT other_number FROM rescored
) AS these USING (text_number);

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
)
SELECT counted.text_number, counted.other_number, counted.shared
FROM counted
INNER JOIN texts AS one ON counted.text_number = one.text_number
INNER JOIN texts AS other ON counted.other_number = other.text_number
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
