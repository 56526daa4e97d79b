-- What the load wrote, without its words.
CREATE OR REPLACE TEMP TABLE written AS
SELECT text_sha256, text_key, article_id, published_at, published_precision, published_origin, valid_from, valid_to
FROM made;

-- The texts whose set of holders this batch changed: the new ones, and those that an updated article left.
CREATE OR REPLACE TEMP TABLE touched AS
SELECT text_sha256, CAST('0x' || substring(text_sha256, 1, 16) AS UBIGINT) AS text_key
FROM (
    SELECT text_sha256 FROM written WHERE article_id IN (SELECT article_id FROM states WHERE makes_version)
    UNION
    SELECT text_sha256 FROM former WHERE article_id IN (SELECT article_id FROM states WHERE makes_version)
);

-- Their holders are what the batch wrote, and what it found.
-- A date that was inferred from a story is no evidence of which article came first.
CREATE OR REPLACE TEMP TABLE copies AS
WITH present AS (
    SELECT * FROM written
    UNION ALL
    SELECT text_sha256, text_key, article_id, published_at, published_precision, published_origin, valid_from, valid_to
    FROM article_versions
    WHERE rowid IN (SELECT place FROM versions_before SEMI JOIN touched USING (text_key))
),
held AS (
    SELECT
        text_sha256,
        text_key,
        article_id,
        CASE WHEN published_origin <> 'story' THEN published_at END AS published_at,
        CASE WHEN published_origin <> 'story' THEN published_precision END AS published_precision,
        valid_from
    FROM present
    WHERE valid_to IS NULL AND text_sha256 IN (SELECT text_sha256 FROM touched)
)
SELECT
    *,
    first_value(article_id) OVER by_age AS original_id,
    count(*) OVER (PARTITION BY text_sha256) AS holders
FROM held
WINDOW by_age AS (PARTITION BY text_sha256 ORDER BY published_at NULLS LAST, valid_from, article_id);
