-- Versions follow each other in the order of capture, whatever the order of arrival. So the batch's sightings are laid
-- among those of the same articles before it, and the chain of versions is read off anew: a version is a run of
-- neighbouring sightings with one content, which is text and title. A date alone makes no version, for feeds re-date what
-- they only repeat.
-- What is long is looked up in two steps: keys by number in a column of numbers, and then the few rows that were found, by
-- their places. A look-up that names other columns at once unpacks them all the way through.
CREATE OR REPLACE TEMP TABLE known_now AS
SELECT ordinal, captured_at, capture_id, CAST('0x' || substring(capture_id, 1, 16) AS UBIGINT) AS capture_key
FROM staged_captures
WHERE known;

CREATE OR REPLACE TEMP TABLE known_places AS
SELECT rowid AS place FROM sightings WHERE capture_key IN (SELECT capture_key FROM known_now);

CREATE OR REPLACE TEMP TABLE seen_now AS
SELECT
    ordinal,
    article_id,
    captured_at,
    capture_id,
    md5_number_lower(text_sha256 || coalesce('"' || title, '')) AS content,
    published_at IS NOT NULL AS is_dated,
    CAST('0x' || substring(article_id, 1, 16) AS UBIGINT) AS article_key,
    CAST('0x' || substring(capture_id, 1, 16) AS UBIGINT) AS capture_key,
    CAST('0x' || substring(text_sha256, 1, 16) AS UBIGINT) AS text_key
FROM staged_articles
UNION ALL
SELECT
    staged.ordinal,
    seen.article_id,
    staged.captured_at,
    seen.capture_id,
    seen.content,
    seen.is_dated,
    seen.article_key,
    seen.capture_key,
    seen.text_key
FROM (SELECT * FROM sightings WHERE rowid IN (SELECT place FROM known_places)) AS seen
INNER JOIN known_now AS staged USING (capture_id);

CREATE OR REPLACE TEMP TABLE places_before AS
SELECT rowid AS place FROM sightings WHERE article_key IN (SELECT article_key FROM seen_now);

CREATE OR REPLACE TEMP TABLE seen_before AS
SELECT * FROM sightings WHERE rowid IN (SELECT place FROM places_before);

CREATE OR REPLACE TEMP TABLE fresh AS
SELECT *, (SELECT coalesce(max(arrival), 0) FROM sightings) + row_number() OVER (ORDER BY ordinal) AS arrival
FROM seen_now
ANTI JOIN seen_before USING (article_id, captured_at, capture_id)
QUALIFY row_number() OVER (PARTITION BY article_id, captured_at, capture_id ORDER BY ordinal) = 1;

CREATE OR REPLACE TEMP TABLE chained AS
SELECT
    *,
    content IS DISTINCT FROM lag(content) OVER (PARTITION BY article_id ORDER BY captured_at, arrival) AS begins
FROM (
    SELECT NULL AS ordinal, article_id, captured_at, arrival, capture_id, content, is_dated
    FROM seen_before
    WHERE article_id IN (SELECT article_id FROM fresh)
    UNION ALL
    SELECT ordinal, article_id, captured_at, arrival, capture_id, content, is_dated FROM fresh
);

-- The versions before the batch that have a text of it, or one that its articles had.
CREATE OR REPLACE TEMP TABLE versions_before AS
SELECT rowid AS place, text_key, valid_to IS NULL AS is_current
FROM article_versions
WHERE text_key IN (
    SELECT text_key FROM fresh
    UNION
    SELECT text_key FROM seen_before WHERE article_id IN (SELECT article_id FROM fresh)
);

-- The texts of the batch that are current somewhere before it.
CREATE OR REPLACE TEMP TABLE held_texts AS
SELECT DISTINCT text_key FROM versions_before WHERE is_current AND text_key IN (SELECT text_key FROM fresh);

INSERT INTO sightings BY NAME
SELECT article_id, captured_at, arrival, capture_id, content, is_dated, article_key, capture_key, text_key
FROM fresh
ORDER BY arrival;

-- The versions as they are to be, each with the sighting whose words and dates it has.
CREATE OR REPLACE TEMP TABLE wanted AS
WITH makers AS (
    SELECT
        article_id,
        content,
        arg_min(
            {'ordinal': ordinal, 'capture_id': capture_id},
            {'undated': NOT is_dated, 'captured_at': captured_at, 'arrival': arrival}
        ) AS maker
    FROM chained
    GROUP BY article_id, content
)
SELECT
    article_id,
    CAST(row_number() OVER chain AS INTEGER) AS version,
    chained.captured_at AS valid_from,
    lead(chained.captured_at) OVER chain AS valid_to,
    content,
    makers.maker.ordinal AS maker,
    makers.maker.capture_id AS capture_id
FROM chained
INNER JOIN makers USING (article_id, content)
WHERE chained.begins
WINDOW chain AS (PARTITION BY article_id ORDER BY chained.captured_at, chained.arrival);

CREATE OR REPLACE TEMP TABLE former AS
SELECT
    rowid AS place,
    article_id,
    version,
    valid_from,
    md5_number_lower(text_sha256 || coalesce('"' || title, '')) AS content,
    capture_id,
    run_id,
    text_sha256
FROM article_versions
WHERE
    rowid IN (SELECT place FROM versions_before SEMI JOIN seen_before USING (text_key))
    AND article_id IN (SELECT article_id FROM chained WHERE ordinal IS NULL);

-- Most often versions are only added at the end. Where one that is there would change, all of its article are written anew.
CREATE OR REPLACE TEMP TABLE rewritten AS
SELECT DISTINCT article_id
FROM former
ANTI JOIN wanted USING (article_id, version, valid_from, content, capture_id);

CREATE OR REPLACE TEMP TABLE versions_to_write AS
SELECT
    wanted.*,
    copied.version AS copied_version,
    coalesce(same.run_id, $run_id) AS run_id
FROM wanted
LEFT JOIN (SELECT article_id, content, min(version) AS version FROM former GROUP BY ALL) AS copied
    ON wanted.article_id = copied.article_id AND wanted.content = copied.content AND wanted.maker IS NULL
LEFT JOIN former AS same
    ON wanted.article_id = same.article_id AND wanted.content = same.content AND wanted.valid_from = same.valid_from
WHERE same.article_id IS NULL OR wanted.article_id IN (SELECT article_id FROM rewritten);

-- What each staged article came to. `makes_version` says that its article's versions changed, and `is_update` that it
-- began one of them.
CREATE OR REPLACE TEMP TABLE states AS
WITH runs_of_content AS (
    SELECT
        *,
        count(*) FILTER (begins) OVER (PARTITION BY article_id ORDER BY captured_at, arrival) AS version,
        bool_or(ordinal IS NULL) OVER (PARTITION BY article_id) AS is_known
    FROM chained
),
placed AS (
    SELECT
        *,
        NOT is_known AND row_number() OVER (PARTITION BY article_id ORDER BY captured_at, arrival) = 1 AS is_new,
        begins AND NOT bool_or(ordinal IS NULL) OVER (PARTITION BY article_id, version) AS is_update
    FROM runs_of_content
)
SELECT
    staged.ordinal,
    staged.article_id,
    coalesce(placed.is_new, false) AS is_new,
    staged.article_id IN (SELECT article_id FROM versions_to_write) AS makes_version,
    coalesce(placed.is_update, false) AS is_update,
    CAST(placed.version AS INTEGER) AS version,
    coalesce(placed.is_new, false) AND (
        CAST('0x' || substring(staged.text_sha256, 1, 16) AS UBIGINT) IN (SELECT text_key FROM held_texts)
        OR row_number() OVER (PARTITION BY staged.text_sha256 ORDER BY staged.ordinal) > 1
    ) AS is_duplicate
FROM staged_articles AS staged
LEFT JOIN placed USING (ordinal);
