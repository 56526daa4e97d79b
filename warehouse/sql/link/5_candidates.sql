-- New texts with all that they meet, by rare fingerprints or others. Their numbers are higher than those of all texts
-- before.
CREATE OR REPLACE TEMP TABLE candidates AS
WITH wide AS (
    SELECT hash, hub FROM now_common WHERE is_wide
),
-- All that have a wide fingerprint meet a hub that is new; an old hub only the new ones.
wide_holders AS (
    SELECT all_holders.text_number, wide.hub
    FROM all_holders
    INNER JOIN (SELECT hash, hub FROM wide SEMI JOIN come ON wide.hub = come.text_number) AS wide USING (hash)
    UNION ALL
    SELECT come_prints.text_number, wide.hub
    FROM come_prints
    INNER JOIN (SELECT hash, hub FROM wide ANTI JOIN come ON wide.hub = come.text_number) AS wide USING (hash)
),
meetings AS (
    SELECT one.text_number, other.text_number AS other_number
    FROM few_holders AS one
    INNER JOIN (SELECT hash, text_number FROM few_holders SEMI JOIN come USING (text_number)) AS other
        ON one.hash = other.hash AND one.text_number < other.text_number
    UNION ALL
    SELECT least(text_number, hub), greatest(text_number, hub) FROM wide_holders WHERE text_number <> hub
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

CREATE OR REPLACE TEMP TABLE turned_holders AS
SELECT hash, text_number FROM all_holders SEMI JOIN turned USING (hash);

-- Pairs of old texts that share a fingerprint which became common or has another hub.
INSERT INTO candidates
SELECT DISTINCT pairs.text_number, pairs.other_number
FROM text_pairs AS pairs
INNER JOIN turned_holders AS one ON pairs.text_number = one.text_number
INNER JOIN turned_holders AS other ON pairs.other_number = other.text_number AND one.hash = other.hash;

-- Pairs of old texts that a fingerprint speaks for anew, since a text that had it is gone.
INSERT INTO candidates
SELECT one.text_number, other.text_number AS other_number
FROM few_holders AS one
INNER JOIN few_holders AS other ON one.hash = other.hash AND one.text_number < other.text_number
WHERE one.hash IN (SELECT hash FROM gone_prints INNER JOIN turned USING (hash))
UNION
SELECT least(text_number, hub), greatest(text_number, hub)
FROM turned_holders
INNER JOIN (SELECT hash, hub FROM now_common WHERE is_wide) AS wide USING (hash)
WHERE text_number <> hub AND hash IN (SELECT hash FROM gone_prints);

CREATE OR REPLACE TEMP TABLE rescored AS SELECT DISTINCT text_number, other_number FROM candidates;

CREATE OR REPLACE TEMP TABLE compared AS
SELECT text_number FROM rescored
UNION
SELECT other_number FROM rescored;
