-- The pairs of texts as pairs of articles: of each text the earliest article, and of each pair the later one first.
CREATE OR REPLACE TEMP TABLE repaired AS
SELECT text_number, article_id FROM texts SEMI JOIN touched USING (text_sha256)
UNION
SELECT texts.text_number, texts.article_id
FROM texts
SEMI JOIN (
    SELECT text_number FROM rescored
    UNION
    SELECT other_number FROM rescored
) AS these USING (text_number);

DELETE FROM near_duplicates
WHERE method = 'fingerprints' AND (
    article_id IN (SELECT article_id FROM repaired UNION ALL SELECT article_id FROM former)
    OR other_id IN (SELECT article_id FROM repaired UNION ALL SELECT article_id FROM former)
);

CREATE OR REPLACE TEMP TABLE told_pairs AS
SELECT pairs.text_number, pairs.other_number, pairs.shared
FROM text_pairs AS pairs
SEMI JOIN repaired USING (text_number)
UNION
SELECT pairs.text_number, pairs.other_number, pairs.shared
FROM text_pairs AS pairs
SEMI JOIN repaired ON pairs.other_number = repaired.text_number;

INSERT INTO near_duplicates BY NAME
WITH both_ways AS (
    SELECT text_number AS later, other_number AS earlier, shared FROM told_pairs
    UNION ALL
    SELECT other_number AS later, text_number AS earlier, shared FROM told_pairs
)
SELECT
    later.article_id,
    earlier.article_id AS other_id,
    pairs.shared / (later.fingerprints + earlier.fingerprints - pairs.shared) AS similarity,
    pairs.shared / least(later.fingerprints, earlier.fingerprints) AS containment,
    pairs.shared / later.fingerprints AS aligned,
    'fingerprints' AS method
FROM both_ways AS pairs
INNER JOIN texts AS later ON pairs.later = later.text_number
INNER JOIN texts AS earlier ON pairs.earlier = earlier.text_number
WHERE
    (coalesce(later.published_at, 'infinity'), later.valid_from, later.article_id)
    > (coalesce(earlier.published_at, 'infinity'), earlier.valid_from, earlier.article_id)
ORDER BY later.article_id, other_id;
