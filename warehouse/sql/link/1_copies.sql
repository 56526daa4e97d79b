-- The texts whose set of holders this batch changed: the new ones, and those that an updated article left.
CREATE OR REPLACE TEMP TABLE touched AS
SELECT DISTINCT text_sha256
FROM article_versions
WHERE article_id IN (SELECT article_id FROM states WHERE makes_version);

-- A date that was inferred from a story is no evidence of which article came first.
CREATE OR REPLACE TEMP TABLE copies AS
WITH held AS (
    SELECT
        text_sha256,
        article_id,
        CASE WHEN published_origin <> 'story' THEN published_at END AS published_at,
        CASE WHEN published_origin <> 'story' THEN published_precision END AS published_precision,
        valid_from
    FROM article_versions
    WHERE valid_to IS NULL AND text_sha256 IN (SELECT text_sha256 FROM touched)
)
SELECT
    *,
    first_value(article_id) OVER by_age AS original_id,
    count(*) OVER (PARTITION BY text_sha256) AS holders
FROM held
WINDOW by_age AS (PARTITION BY text_sha256 ORDER BY published_at NULLS LAST, valid_from, article_id);

DELETE FROM near_duplicates
WHERE method = 'exact' AND (
    article_id IN (SELECT article_id FROM copies UNION ALL SELECT article_id FROM states WHERE makes_version)
    OR other_id IN (SELECT article_id FROM states WHERE makes_version)
);

INSERT INTO near_duplicates BY NAME
SELECT article_id, original_id AS other_id, 1.0 AS similarity, 1.0 AS containment, 1.0 AS aligned, 'exact' AS method
FROM copies
WHERE article_id <> original_id
ORDER BY article_id;
