-- Each text once, with the earliest article that has it: what an outlet ran word for word is compared only once.
CREATE OR REPLACE TEMP TABLE gone AS
SELECT text_number, article_id
FROM texts
SEMI JOIN touched USING (text_sha256)
ANTI JOIN copies USING (text_sha256);

-- Articles that stood for a text before this batch; some other may now.
CREATE OR REPLACE TEMP TABLE former AS
SELECT article_id FROM texts SEMI JOIN touched USING (text_sha256);

CREATE OR REPLACE TEMP TABLE originals AS
SELECT text_sha256, article_id, published_at, valid_from, known_day(published_at, published_precision) AS day
FROM copies
WHERE article_id = original_id;

CREATE OR REPLACE TEMP TABLE come AS
SELECT
    CAST(row_number() OVER (ORDER BY staged.ordinal, originals.text_sha256) + (SELECT coalesce(max(text_number), 0) FROM texts) AS INTEGER)
        AS text_number,
    originals.*,
    staged.ordinal
FROM originals
ANTI JOIN texts USING (text_sha256)
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
SET article_id = now.article_id, published_at = now.published_at, valid_from = now.valid_from, day = now.day
FROM originals AS now
WHERE texts.text_sha256 = now.text_sha256
    AND (texts.article_id <> now.article_id
        OR texts.published_at IS DISTINCT FROM now.published_at
        OR texts.day IS DISTINCT FROM now.day
        OR texts.valid_from <> now.valid_from);

INSERT INTO texts BY NAME
SELECT come.* EXCLUDE (ordinal), coalesce(counted.fingerprints, 0) AS fingerprints
FROM come
LEFT JOIN (SELECT text_number, count(*) AS fingerprints FROM come_prints GROUP BY text_number) AS counted
    USING (text_number)
ORDER BY come.text_number;
