-- New texts with all that share enough with them. Their numbers are higher than those of all texts before.
CREATE OR REPLACE TEMP TABLE candidates AS
WITH meetings AS (
    SELECT one.text_number, other.text_number AS other_number, 1 AS rare
    FROM rare_holders AS one
    INNER JOIN rare_holders AS other ON one.hash = other.hash AND one.text_number < other.text_number
    WHERE other.text_number >= (SELECT min(text_number) FROM come)
    UNION ALL
    SELECT least(text_number, hub), greatest(text_number, hub), 0
    FROM common_holders
    WHERE text_number <> hub AND greatest(text_number, hub) >= (SELECT min(text_number) FROM come)
    UNION ALL
    SELECT met.hub, come_prints.text_number, 0
    FROM come_prints
    INNER JOIN met USING (hash)
    ANTI JOIN asked USING (hash)
),
counted AS (
    SELECT text_number, other_number, sum(rare) AS rare, count(*) AS met
    FROM meetings
    GROUP BY text_number, other_number
    HAVING count(*) >= 4
)
SELECT counted.text_number, counted.other_number
FROM counted
INNER JOIN texts AS one ON counted.text_number = one.text_number
INNER JOIN texts AS other ON counted.other_number = other.text_number
WHERE makes_pair(counted.rare, counted.met, least(one.fingerprints, other.fingerprints));

-- Pairs of old texts that a fingerprint no longer speaks for, since it became common or has another hub.
INSERT INTO candidates
SELECT DISTINCT pairs.text_number, pairs.other_number
FROM text_pairs AS pairs
INNER JOIN common_holders AS one ON pairs.text_number = one.text_number
INNER JOIN common_holders AS other ON pairs.other_number = other.text_number AND one.hash = other.hash;

-- Pairs of old texts that a fingerprint speaks for anew, since a text that had it is gone.
INSERT INTO candidates
SELECT one.text_number, other.text_number AS other_number
FROM rare_holders AS one
INNER JOIN rare_holders AS other ON one.hash = other.hash AND one.text_number < other.text_number
WHERE one.hash IN (SELECT hash FROM gone_prints INNER JOIN met USING (hash))
UNION
SELECT least(holders.text_number, holders.hub), greatest(holders.text_number, holders.hub)
FROM common_holders AS holders
INNER JOIN met ON holders.hash = met.hash AND holders.hub <> met.hub
WHERE holders.text_number <> holders.hub AND holders.hash IN (SELECT hash FROM gone_prints);

CREATE OR REPLACE TEMP TABLE rescored AS SELECT DISTINCT text_number, other_number FROM candidates;

CREATE OR REPLACE TEMP TABLE prints AS
SELECT fingerprints.*
FROM fingerprints
SEMI JOIN (
    SELECT text_number FROM rescored
    UNION
    SELECT other_number FROM rescored
) AS these USING (text_number);

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
        count(*) FILTER (common.hub IS NULL) AS rare,
        count(*) FILTER (common.hub IS NULL OR common.hub IN (shared.text_number, shared.other_number)) AS met
    FROM shared
    LEFT JOIN common_fingerprints AS common USING (hash)
    GROUP BY shared.text_number, shared.other_number
)
SELECT counted.text_number, counted.other_number, counted.shared
FROM counted
INNER JOIN texts AS one ON counted.text_number = one.text_number
INNER JOIN texts AS other ON counted.other_number = other.text_number
WHERE makes_pair(counted.rare, counted.met, least(one.fingerprints, other.fingerprints));

CREATE OR REPLACE TEMP TABLE lost_pairs AS
SELECT text_number, other_number
FROM text_pairs
WHERE text_number IN (SELECT text_number FROM gone)
    OR other_number IN (SELECT text_number FROM gone)
    OR (text_number, other_number) IN (SELECT (text_number, other_number) FROM rescored)
EXCEPT
SELECT text_number, other_number FROM scored;

DELETE FROM text_pairs
WHERE text_number IN (SELECT text_number FROM gone)
    OR other_number IN (SELECT text_number FROM gone)
    OR (text_number, other_number) IN (SELECT (text_number, other_number) FROM rescored);

INSERT INTO text_pairs BY NAME SELECT * FROM scored ORDER BY text_number, other_number;
