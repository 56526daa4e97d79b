-- Each text once, with the earliest article that has it: what an outlet ran word for word is compared only once.
CREATE OR REPLACE TEMP TABLE places_of_texts AS
SELECT rowid AS place
FROM texts
WHERE text_key IN (SELECT text_key FROM versions_before SEMI JOIN touched USING (text_key) WHERE is_current);

-- Those of the touched texts that were there before.
CREATE OR REPLACE TEMP TABLE touched_texts AS
SELECT rowid AS place, *
FROM texts
WHERE rowid IN (SELECT place FROM places_of_texts) AND text_sha256 IN (SELECT text_sha256 FROM touched);

CREATE OR REPLACE TEMP TABLE gone AS
SELECT text_number, article_id
FROM touched_texts
ANTI JOIN copies USING (text_sha256);

-- Articles that stood for a text before this batch; some other may now.
CREATE OR REPLACE TEMP TABLE former AS
SELECT article_id FROM touched_texts;

CREATE OR REPLACE TEMP TABLE originals AS
SELECT text_sha256, text_key, article_id, published_at, valid_from, known_day(published_at, published_precision) AS day
FROM copies
WHERE article_id = original_id;

-- No number is given again before what its text left is taken out.
CREATE OR REPLACE TEMP TABLE come AS
SELECT
    CAST(
        row_number() OVER (ORDER BY staged.ordinal, originals.text_sha256)
        + greatest(
            (SELECT coalesce(max(text_number), 0) FROM texts),
            (SELECT coalesce(max(text_number), 0) FROM retired_texts)
        )
        AS INTEGER
    ) AS text_number,
    originals.*,
    CAST('0x' || substring(originals.article_id, 1, 16) AS UBIGINT) AS article_key,
    staged.ordinal
FROM originals
ANTI JOIN touched_texts USING (text_sha256)
LEFT JOIN (SELECT text_sha256, min(ordinal) AS ordinal FROM staged_articles GROUP BY text_sha256) AS staged
    USING (text_sha256);

CREATE OR REPLACE TEMP TABLE come_prints AS
SELECT come.text_number, staged.hash
FROM staged_fingerprints AS staged
INNER JOIN come ON staged.article = come.ordinal;

CREATE OR REPLACE TEMP TABLE gone_prints AS
SELECT fingerprints.* FROM fingerprints SEMI JOIN gone USING (text_number);

DELETE FROM texts WHERE text_number IN (SELECT text_number FROM gone);

UPDATE texts
SET
    article_id = now.article_id,
    article_key = now.article_key,
    published_at = now.published_at,
    valid_from = now.valid_from,
    day = now.day
FROM (
    SELECT
        former.place,
        now.article_id,
        CAST('0x' || substring(now.article_id, 1, 16) AS UBIGINT) AS article_key,
        now.published_at,
        now.valid_from,
        now.day
    FROM touched_texts AS former
    INNER JOIN originals AS now USING (text_sha256)
    WHERE former.article_id <> now.article_id
        OR former.published_at IS DISTINCT FROM now.published_at
        OR former.day IS DISTINCT FROM now.day
        OR former.valid_from <> now.valid_from
) AS now
WHERE texts.rowid = now.place;

INSERT INTO texts BY NAME
SELECT come.* EXCLUDE (ordinal), coalesce(counted.fingerprints, 0) AS fingerprints
FROM come
LEFT JOIN (SELECT text_number, count(*) AS fingerprints FROM come_prints GROUP BY text_number) AS counted
    USING (text_number)
ORDER BY come.text_number;

UPDATE texts_state
SET digest = xor(
    digest,
    (
        SELECT coalesce(bit_xor(xor(text_key, CAST(text_number AS UBIGINT) * 4_294_967_291)), 0)
        FROM (
            SELECT text_number, text_key FROM come
            UNION ALL
            SELECT text_number, text_key FROM touched_texts SEMI JOIN gone USING (text_number)
        )
    )
);
