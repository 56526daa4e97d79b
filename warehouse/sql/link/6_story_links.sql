-- What the new texts are about, and those whose day may have changed.
CREATE OR REPLACE TEMP TABLE placed AS SELECT text_number, day FROM texts SEMI JOIN touched USING (text_sha256);

CREATE OR REPLACE TEMP TABLE placed_keys AS
SELECT come.text_number, staged.key, come.day
FROM staged_keys AS staged
INNER JOIN come ON staged.article = come.ordinal
UNION ALL
SELECT keys.text_number, keys.key, placed.day
FROM story_keys AS keys
INNER JOIN placed USING (text_number);

CREATE OR REPLACE TEMP TABLE left_keys AS
SELECT key, day
FROM story_keys
SEMI JOIN (
    SELECT text_number FROM gone
    UNION ALL
    SELECT text_number FROM placed ANTI JOIN come USING (text_number)
) AS these USING (text_number);

DELETE FROM story_keys
WHERE text_number IN (SELECT text_number FROM gone) OR text_number IN (SELECT text_number FROM placed ANTI JOIN come USING (text_number));

INSERT INTO story_keys BY NAME SELECT text_number, key, day FROM placed_keys;

-- A key that more than a hundred texts have on one day speaks for no event of that day, and one that more than a hundred
-- have on any day speaks for none of an undated text: else a thousand texts with the same words would be a million pairs.
-- Where a key comes to be wide, or is so no more, its texts are linked anew.
CREATE OR REPLACE TEMP TABLE near_keys AS
SELECT story_keys.*
FROM story_keys
SEMI JOIN (SELECT key FROM placed_keys UNION SELECT key FROM left_keys) AS these USING (key);

CREATE OR REPLACE TEMP TABLE now_wide AS
SELECT key, day FROM near_keys WHERE day IS NOT NULL GROUP BY key, day HAVING count(*) > 100
UNION ALL
SELECT key, NULL AS day FROM near_keys GROUP BY key HAVING count(*) > 100;

CREATE OR REPLACE TEMP TABLE turned_keys AS
(SELECT key, day FROM now_wide EXCEPT SELECT key, day FROM wide_keys)
UNION ALL
SELECT key, day
FROM (
    SELECT wide_keys.key, wide_keys.day FROM wide_keys SEMI JOIN near_keys USING (key)
    EXCEPT
    SELECT key, day FROM now_wide
);

DELETE FROM wide_keys WHERE key IN (SELECT key FROM near_keys UNION ALL SELECT key FROM left_keys);

INSERT INTO wide_keys BY NAME SELECT key, day FROM now_wide ORDER BY key, day;

CREATE OR REPLACE TEMP TABLE replaced AS
SELECT DISTINCT near_keys.text_number, near_keys.day
FROM near_keys
INNER JOIN turned_keys ON near_keys.key = turned_keys.key AND near_keys.day IS NOT DISTINCT FROM turned_keys.day
ANTI JOIN placed USING (text_number);

INSERT INTO placed BY NAME SELECT text_number, day FROM replaced;

CREATE OR REPLACE TEMP TABLE replaced_keys AS
SELECT story_keys.text_number, story_keys.key, story_keys.day
FROM story_keys
SEMI JOIN replaced USING (text_number);

INSERT INTO near_keys BY NAME
SELECT story_keys.*
FROM story_keys
SEMI JOIN (
    SELECT key FROM replaced_keys ANTI JOIN placed_keys USING (key) ANTI JOIN left_keys USING (key)
) AS these USING (key);

INSERT INTO placed_keys BY NAME SELECT text_number, key, day FROM replaced_keys;

DELETE FROM text_terms WHERE text_number IN (SELECT text_number FROM gone);

INSERT INTO text_terms BY NAME
SELECT come.text_number, staged.word, staged.weight, staged.is_name
FROM staged_terms AS staged
INNER JOIN come ON staged.article = come.ordinal;

CREATE OR REPLACE TEMP TABLE former_links AS
SELECT text_number, other_number
FROM story_links
WHERE text_number IN (SELECT text_number FROM placed UNION ALL SELECT text_number FROM gone)
    OR other_number IN (SELECT text_number FROM placed UNION ALL SELECT text_number FROM gone);

DELETE FROM story_links
WHERE text_number IN (SELECT text_number FROM placed UNION ALL SELECT text_number FROM gone)
    OR other_number IN (SELECT text_number FROM placed UNION ALL SELECT text_number FROM gone);

CREATE OR REPLACE TEMP TABLE encounters AS
WITH telling AS (
    SELECT near_keys.*, wide.key IS NOT NULL AS is_wide
    FROM near_keys
    LEFT JOIN (SELECT key FROM wide_keys WHERE day IS NULL) AS wide USING (key)
    ANTI JOIN (SELECT key, day FROM wide_keys WHERE day IS NOT NULL) AS that_day USING (key, day)
)
SELECT DISTINCT
    least(one.text_number, other.text_number) AS text_number,
    greatest(one.text_number, other.text_number) AS other_number
FROM (SELECT * FROM telling SEMI JOIN placed USING (text_number)) AS one
INNER JOIN telling AS other
    ON one.key = other.key
    AND CASE WHEN one.day IS NULL OR other.day IS NULL THEN NOT one.is_wide ELSE abs(one.day - other.day) <= $days END
WHERE one.text_number <> other.text_number;

CREATE OR REPLACE TEMP TABLE encounter_terms AS
SELECT text_terms.text_number, text_terms.word, text_terms.weight
FROM text_terms
SEMI JOIN (SELECT text_number FROM encounters UNION SELECT other_number FROM encounters) AS these USING (text_number);

CREATE OR REPLACE TEMP TABLE measured AS
SELECT
    encounters.text_number,
    encounters.other_number,
    round(sum(CAST(one.weight AS DOUBLE) * other.weight), 6) AS similarity
FROM encounters
INNER JOIN encounter_terms AS one ON encounters.text_number = one.text_number
INNER JOIN encounter_terms AS other ON encounters.other_number = other.text_number AND one.word = other.word
GROUP BY encounters.text_number, encounters.other_number
HAVING round(sum(CAST(one.weight AS DOUBLE) * other.weight), 6) >= $linked;

CREATE OR REPLACE TEMP TABLE new_links AS
SELECT measured.*
FROM measured
INNER JOIN texts AS one ON measured.text_number = one.text_number
INNER JOIN texts AS other ON measured.other_number = other.text_number
WHERE measured.similarity >= $linked_undated OR (one.day IS NOT NULL AND other.day IS NOT NULL);

INSERT INTO story_links BY NAME SELECT * FROM new_links ORDER BY text_number, other_number;

-- What was linked and is not any more: texts that hung together by it may not, now.
CREATE OR REPLACE TEMP TABLE lost_links AS
SELECT text_number, other_number FROM former_links
EXCEPT
SELECT text_number, other_number FROM new_links;

CREATE OR REPLACE TEMP TABLE parted AS
SELECT text_number
FROM (
    SELECT text_number FROM lost_links
    UNION
    SELECT other_number FROM lost_links
    UNION
    SELECT text_number FROM lost_pairs
    UNION
    SELECT other_number FROM lost_pairs
)
ANTI JOIN gone USING (text_number);

-- The texts whose links changed, and those of groups whose texts did.
CREATE OR REPLACE TEMP TABLE changed AS
SELECT text_number FROM placed
UNION
SELECT text_number FROM text_stories WHERE level IS NULL
UNION
SELECT text_number FROM parted
UNION
SELECT text_number FROM rescored
UNION
SELECT other_number FROM rescored
UNION
SELECT text_number FROM new_links
UNION
SELECT other_number FROM new_links;
