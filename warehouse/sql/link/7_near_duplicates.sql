-- The pairs of texts as pairs of articles: of each text the earliest article, and of each pair the later one first. Told
-- anew are the pairs of the texts whose holders changed, and those that came or went.
CREATE OR REPLACE TEMP TABLE repaired AS
SELECT text_number FROM touched_texts
UNION
SELECT text_number FROM new_pairs
UNION
SELECT other_number FROM new_pairs
UNION
SELECT text_number FROM lost_pairs
UNION
SELECT other_number FROM lost_pairs;

CREATE OR REPLACE TEMP TABLE told_pairs AS
SELECT pairs.text_number, pairs.other_number, pairs.shared
FROM text_pairs AS pairs
SEMI JOIN repaired USING (text_number)
UNION
SELECT pairs.text_number, pairs.other_number, pairs.shared
FROM text_pairs AS pairs
SEMI JOIN repaired ON pairs.other_number = repaired.text_number;

CREATE OR REPLACE TEMP TABLE paired_texts AS
SELECT text_number, article_id, published_at, valid_from, fingerprints
FROM texts
SEMI JOIN (
    SELECT text_number FROM told_pairs
    UNION
    SELECT other_number FROM told_pairs
    UNION
    SELECT text_number FROM lost_pairs
    UNION
    SELECT other_number FROM lost_pairs
) AS these USING (text_number);

-- The articles that may be in pairs from before: none that are new.
CREATE OR REPLACE TEMP TABLE parted_articles AS
SELECT article_id
FROM (
    SELECT article_id FROM copies
    UNION
    SELECT article_id FROM states WHERE makes_version
    UNION
    SELECT article_id FROM former
    UNION
    SELECT article_id FROM paired_texts SEMI JOIN repaired USING (text_number)
)
ANTI JOIN (SELECT article_id FROM states WHERE is_new) AS newcomers USING (article_id);

CREATE OR REPLACE TEMP TABLE places_of_pairs AS
SELECT rowid AS place FROM near_duplicates SEMI JOIN parted_articles USING (article_id)
UNION
SELECT near_duplicates.rowid FROM near_duplicates SEMI JOIN parted_articles ON near_duplicates.other_id = parted_articles.article_id;

DELETE FROM near_duplicates
WHERE rowid IN (
    SELECT rowid
    FROM (
        SELECT near_duplicates.rowid, method, article_id, other_id
        FROM near_duplicates
        WHERE rowid IN (SELECT place FROM places_of_pairs)
    )
    WHERE
        method = 'fingerprints'
        OR article_id IN (SELECT article_id FROM copies UNION ALL SELECT article_id FROM states WHERE makes_version)
        OR other_id IN (SELECT article_id FROM states WHERE makes_version)
);

INSERT INTO near_duplicates BY NAME
SELECT article_id, original_id AS other_id, 1.0 AS similarity, 1.0 AS containment, 1.0 AS aligned, 'exact' AS method
FROM copies
WHERE article_id <> original_id
ORDER BY article_id;

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
INNER JOIN paired_texts AS later ON pairs.later = later.text_number
INNER JOIN paired_texts AS earlier ON pairs.earlier = earlier.text_number
WHERE
    (coalesce(later.published_at, 'infinity'), later.valid_from, later.article_id)
    > (coalesce(earlier.published_at, 'infinity'), earlier.valid_from, earlier.article_id)
ORDER BY later.article_id, other_id;
