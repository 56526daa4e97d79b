-- What each staged article is to the version before it: the one before it in the batch, else the current one. Within a
-- batch the order is that of capture. Bytes that were seen before are history already, unless they come back after the
-- current version began and nothing of their article follows them in the batch.
CREATE OR REPLACE TEMP TABLE states AS
WITH in_batch AS (
    SELECT ordinal, article_id, captured_at FROM staged_articles
    UNION ALL
    SELECT staged.ordinal, current.article_id, staged.captured_at
    FROM staged_captures AS staged
    INNER JOIN article_versions AS current ON staged.capture_id = current.capture_id AND current.valid_to IS NULL
    WHERE staged.known
),
followed AS (
    SELECT ordinal, lead(ordinal) OVER (PARTITION BY article_id ORDER BY captured_at, ordinal) IS NOT NULL AS is_followed
    FROM in_batch
),
placed AS (
    SELECT
        staged.ordinal,
        staged.article_id,
        staged.captured_at,
        staged.text_sha256,
        staged.title,
        staged.published_at,
        staged.published_precision,
        current.article_id IS NULL AS is_first,
        coalesce(current.version, 0) AS current_version,
        current.valid_from AS current_from,
        current.text_sha256 AS current_sha256,
        current.title AS current_title,
        -- A date inferred from the story is no word of the document's.
        CASE WHEN current.published_origin <> 'story' THEN current.published_at END AS current_published_at,
        CASE WHEN current.published_origin <> 'story' THEN current.published_precision END AS current_precision,
        coalesce(captures.seen AND (followed.is_followed OR staged.captured_at <= current.valid_from), false) AS is_history
    FROM staged_articles AS staged
    INNER JOIN staged_captures AS captures USING (ordinal)
    INNER JOIN followed USING (ordinal)
    LEFT JOIN article_versions AS current
        ON staged.article_id = current.article_id AND current.valid_to IS NULL
),
chained AS (
    SELECT
        *,
        row_number() OVER chain = 1 AS leads,
        lag(text_sha256) OVER chain AS lag_sha256,
        lag(title) OVER chain AS lag_title,
        lag(published_at) OVER chain AS lag_published_at,
        lag(published_precision) OVER chain AS lag_precision
    FROM placed
    WINDOW chain AS (PARTITION BY article_id, is_history ORDER BY captured_at, ordinal)
),
compared AS (
    SELECT
        *,
        is_first AND leads AS is_new,
        NOT is_history AND (
            is_first AND leads
            OR CASE WHEN leads THEN current_sha256 ELSE lag_sha256 END IS DISTINCT FROM text_sha256
            OR CASE WHEN leads THEN current_title ELSE lag_title END IS DISTINCT FROM title
            OR CASE WHEN leads THEN current_published_at ELSE lag_published_at END IS DISTINCT FROM published_at
            OR CASE WHEN leads THEN current_precision ELSE lag_precision END IS DISTINCT FROM published_precision
        ) AS makes_version
    FROM chained
)
SELECT
    ordinal,
    article_id,
    is_new,
    makes_version,
    current_version + CAST(count(*) FILTER (makes_version) OVER so_far AS INTEGER) AS version,
    -- Time does not run back: what was captured before the current version began, begins where that began.
    greatest(captured_at, current_from) AS valid_from,
    is_new AND (
        text_sha256 IN (SELECT known.text_sha256 FROM article_versions AS known WHERE known.valid_to IS NULL)
        OR row_number() OVER (PARTITION BY text_sha256 ORDER BY ordinal) > 1
    ) AS is_duplicate
FROM compared
WINDOW so_far AS (PARTITION BY article_id ORDER BY captured_at, ordinal);
