-- What the new texts are about, and those whose day may have changed.
CREATE OR REPLACE TEMP TABLE placed AS
SELECT text_number, day
FROM texts
SEMI JOIN (
    SELECT text_number FROM come
    UNION ALL
    SELECT text_number FROM touched_texts
) AS these USING (text_number);

CREATE OR REPLACE TEMP TABLE placed_keys AS
SELECT come.text_number, staged.key, come.day
FROM staged_keys AS staged
INNER JOIN come ON staged.article = come.ordinal
UNION ALL
SELECT keys.text_number, keys.key, placed.day
FROM story_keys AS keys
INNER JOIN touched_texts AS former ON keys.text_number = former.text_number AND keys.day IS NOT DISTINCT FROM former.day
INNER JOIN placed ON keys.text_number = placed.text_number;

-- Keys that are not what they were: their text is gone, or has another day.
CREATE OR REPLACE TEMP TABLE unkeyed AS
SELECT text_number, day FROM touched_texts
EXCEPT
SELECT text_number, day FROM placed;

CREATE OR REPLACE TEMP TABLE left_keys AS
SELECT keys.key, keys.day
FROM story_keys AS keys
SEMI JOIN unkeyed ON keys.text_number = unkeyed.text_number AND keys.day IS NOT DISTINCT FROM unkeyed.day;

-- Read before the table changes: the statistics of what a transaction wrote tell less of what can be passed over.
CREATE OR REPLACE TEMP TABLE undated_keys AS
SELECT key, text_number
FROM story_keys
ANTI JOIN (SELECT text_number FROM retired_keys WHERE day IS NULL) AS retired USING (text_number)
WHERE day IS NULL
UNION
SELECT key, text_number FROM placed_keys WHERE day IS NULL;

-- A text that has the day again that it had once has its keys there.
CREATE OR REPLACE TEMP TABLE keyed_anew AS
SELECT text_number, day
FROM placed
ANTI JOIN touched_texts AS former ON placed.text_number = former.text_number AND placed.day IS NOT DISTINCT FROM former.day
ANTI JOIN retired_keys AS retired ON placed.text_number = retired.text_number AND placed.day IS NOT DISTINCT FROM retired.day;

DELETE FROM retired_keys
WHERE EXISTS (FROM placed WHERE placed.text_number = retired_keys.text_number AND placed.day IS NOT DISTINCT FROM retired_keys.day);

INSERT INTO retired_keys BY NAME SELECT text_number, day FROM unkeyed ORDER BY text_number;

INSERT INTO story_keys BY NAME
SELECT text_number, key, day FROM placed_keys SEMI JOIN keyed_anew USING (text_number);

-- Texts of known days meet within a few days of each other, and there alone their keys are looked up; keys of undated texts
-- are looked up on all days.
CREATE OR REPLACE TEMP TABLE moved_keys AS
SELECT key, day FROM placed_keys
UNION
SELECT key, day FROM left_keys;

CREATE OR REPLACE TEMP TABLE near_days AS
SELECT DISTINCT CAST(day + apart AS INTEGER) AS day
FROM (SELECT DISTINCT day FROM moved_keys WHERE day IS NOT NULL)
CROSS JOIN range(-$days, $days + 1) AS around (apart);

CREATE OR REPLACE TEMP TABLE moved AS SELECT DISTINCT key FROM moved_keys;

CREATE OR REPLACE TEMP TABLE far_keys AS
SELECT DISTINCT key FROM moved_keys WHERE day IS NULL
UNION
SELECT key FROM undated_keys SEMI JOIN moved USING (key);

CREATE OR REPLACE TEMP TABLE near_keys AS
SELECT keys.*
FROM (
    SELECT story_keys.*
    FROM story_keys
    SEMI JOIN near_days USING (day)
    SEMI JOIN (SELECT key FROM moved ANTI JOIN far_keys USING (key)) AS these USING (key)
    UNION ALL
    SELECT story_keys.*
    FROM story_keys
    SEMI JOIN far_keys USING (key)
) AS keys
ANTI JOIN retired_keys AS retired ON keys.text_number = retired.text_number AND keys.day IS NOT DISTINCT FROM retired.day;

-- A key that more than a hundred texts have on one day speaks for no event of that day, and one that more than a hundred
-- have on any day speaks for none of an undated text: else a thousand texts with the same words would be a million pairs.
-- Where a key comes to be wide, or is so no more, its texts are linked anew.
CREATE OR REPLACE TEMP TABLE now_wide AS
SELECT key, day FROM near_keys WHERE day IS NOT NULL GROUP BY key, day HAVING count(*) > 100
UNION ALL
SELECT key, NULL AS day FROM near_keys SEMI JOIN far_keys USING (key) GROUP BY key HAVING count(*) > 100;

CREATE OR REPLACE TEMP TABLE was_wide AS
SELECT key, day FROM wide_keys SEMI JOIN far_keys USING (key)
UNION ALL
SELECT key, day FROM wide_keys SEMI JOIN moved USING (key) SEMI JOIN near_days USING (day) ANTI JOIN far_keys USING (key);

CREATE OR REPLACE TEMP TABLE turned_keys AS
(SELECT key, day FROM now_wide EXCEPT SELECT key, day FROM was_wide)
UNION ALL
(SELECT key, day FROM was_wide EXCEPT SELECT key, day FROM now_wide);

DELETE FROM wide_keys
WHERE EXISTS (FROM turned_keys WHERE turned_keys.key = wide_keys.key AND turned_keys.day IS NOT DISTINCT FROM wide_keys.day);

INSERT INTO wide_keys BY NAME
SELECT key, day
FROM turned_keys
WHERE EXISTS (FROM now_wide WHERE turned_keys.key = now_wide.key AND turned_keys.day IS NOT DISTINCT FROM now_wide.day)
ORDER BY key, day;

CREATE OR REPLACE TEMP TABLE replaced AS
SELECT DISTINCT near_keys.text_number, near_keys.day
FROM near_keys
INNER JOIN turned_keys ON near_keys.key = turned_keys.key AND near_keys.day IS NOT DISTINCT FROM turned_keys.day
ANTI JOIN placed USING (text_number);

INSERT INTO placed BY NAME SELECT text_number, day FROM replaced;

CREATE OR REPLACE TEMP TABLE replaced_keys AS
SELECT story_keys.text_number, story_keys.key, story_keys.day
FROM story_keys
SEMI JOIN replaced ON story_keys.text_number = replaced.text_number AND story_keys.day IS NOT DISTINCT FROM replaced.day;

-- Those of a day that turned lie within the same days.
CREATE OR REPLACE TEMP TABLE more_far_keys AS
SELECT key FROM replaced_keys WHERE day IS NULL
UNION
SELECT key FROM undated_keys SEMI JOIN replaced_keys USING (key);

INSERT INTO near_keys BY NAME
SELECT keys.*
FROM (
    SELECT story_keys.*
    FROM story_keys
    SEMI JOIN near_days USING (day)
    SEMI JOIN (
        SELECT key FROM replaced_keys ANTI JOIN moved USING (key) ANTI JOIN more_far_keys USING (key)
    ) AS these USING (key)
    UNION ALL
    SELECT story_keys.*
    FROM story_keys
    SEMI JOIN (SELECT key FROM more_far_keys ANTI JOIN far_keys USING (key)) AS these USING (key)
) AS keys
ANTI JOIN retired_keys AS retired ON keys.text_number = retired.text_number AND keys.day IS NOT DISTINCT FROM retired.day;

INSERT INTO placed_keys BY NAME SELECT text_number, key, day FROM replaced_keys;

INSERT INTO text_terms BY NAME
SELECT come.text_number, staged.word, staged.weight, staged.is_name
FROM staged_terms AS staged
INNER JOIN come ON staged.article = come.ordinal;

CREATE OR REPLACE TEMP TABLE relinked AS
SELECT text_number FROM placed
UNION
SELECT text_number FROM gone;

CREATE OR REPLACE TEMP TABLE former_links AS
SELECT text_number, other_number FROM story_links SEMI JOIN relinked USING (text_number)
UNION
SELECT text_number, other_number FROM story_links SEMI JOIN relinked ON story_links.other_number = relinked.text_number;

DELETE FROM story_links
USING former_links
WHERE story_links.text_number = former_links.text_number AND story_links.other_number = former_links.other_number;

CREATE OR REPLACE TEMP TABLE encounters AS
WITH telling AS (
    SELECT near_keys.*, wide.key IS NOT NULL AS is_wide
    FROM near_keys
    LEFT JOIN (SELECT key FROM wide_keys WHERE day IS NULL) AS wide USING (key)
    ANTI JOIN (SELECT key, day FROM wide_keys WHERE day IS NOT NULL) AS that_day USING (key, day)
)
SELECT DISTINCT
    least(one.text_number, other.text_number) AS text_number,
    greatest(one.text_number, other.text_number) AS other_number,
    one.day IS NOT NULL AND other.day IS NOT NULL AS are_dated
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
    encounters.are_dated,
    round(sum(CAST(one.weight AS DOUBLE) * other.weight), 6) AS similarity
FROM encounters
INNER JOIN encounter_terms AS one ON encounters.text_number = one.text_number
INNER JOIN encounter_terms AS other ON encounters.other_number = other.text_number AND one.word = other.word
GROUP BY encounters.text_number, encounters.other_number, encounters.are_dated
HAVING round(sum(CAST(one.weight AS DOUBLE) * other.weight), 6) >= $linked;

CREATE OR REPLACE TEMP TABLE new_links AS
SELECT text_number, other_number, similarity
FROM measured
WHERE similarity >= $linked_undated OR are_dated;

INSERT INTO story_links BY NAME SELECT * FROM new_links ORDER BY text_number, other_number;

-- What was linked and is not any more, or may have another day: texts that hung together by it may not, now, and texts
-- that hung together with too many may be few enough.
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
    UNION
    SELECT text_number FROM placed ANTI JOIN come USING (text_number)
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
SELECT text_number FROM new_pairs
UNION
SELECT other_number FROM new_pairs
UNION
SELECT text_number FROM new_links
UNION
SELECT other_number FROM new_links;
