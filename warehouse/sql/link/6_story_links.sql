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

DELETE FROM story_keys
WHERE text_number IN (SELECT text_number FROM gone) OR text_number IN (SELECT text_number FROM placed ANTI JOIN come USING (text_number));

INSERT INTO story_keys BY NAME SELECT text_number, key, day FROM placed_keys;

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
SELECT DISTINCT
    least(one.text_number, other.text_number) AS text_number,
    greatest(one.text_number, other.text_number) AS other_number
FROM placed_keys AS one
INNER JOIN story_keys AS other
    ON one.key = other.key AND coalesce(abs(one.day - other.day), 0) <= $days
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
