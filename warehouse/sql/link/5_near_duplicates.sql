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

INSERT INTO near_duplicates BY NAME
SELECT
    later.article_id,
    earlier.article_id AS other_id,
    pairs.shared / (later.fingerprints + earlier.fingerprints - pairs.shared) AS similarity,
    pairs.shared / least(later.fingerprints, earlier.fingerprints) AS containment,
    pairs.shared / later.fingerprints AS aligned,
    'fingerprints' AS method
FROM text_pairs AS pairs
INNER JOIN texts AS later ON later.text_number IN (pairs.text_number, pairs.other_number)
INNER JOIN texts AS earlier
    ON earlier.text_number = pairs.text_number + pairs.other_number - later.text_number
WHERE (pairs.text_number IN (SELECT text_number FROM repaired) OR pairs.other_number IN (SELECT text_number FROM repaired))
    AND (coalesce(later.published_at, 'infinity'), later.valid_from, later.article_id)
    > (coalesce(earlier.published_at, 'infinity'), earlier.valid_from, earlier.article_id)
ORDER BY later.article_id, other_id;
