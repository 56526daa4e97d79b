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
    FROM wide_holders
    WHERE greatest(text_number, hub) >= (SELECT min(text_number) FROM come)
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
FROM wide_holders
WHERE hash IN (SELECT hash FROM gone_prints INNER JOIN turned USING (hash));

CREATE OR REPLACE TEMP TABLE rescored AS SELECT DISTINCT text_number, other_number FROM candidates;

CREATE OR REPLACE TEMP TABLE compared AS
SELECT text_number FROM rescored
UNION
SELECT other_number FROM rescored;
