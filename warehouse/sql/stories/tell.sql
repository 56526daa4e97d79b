-- The stories of the groups that changed, written anew. A story is named for the text that it began with.
CREATE OR REPLACE TEMP TABLE before AS
SELECT text_number, story_id, family, similarity, reason, CAST('0x' || substring(story_id, 1, 16) AS UBIGINT) AS story_key
FROM text_stories
WHERE text_number IN (
    SELECT text_number FROM regrouped
    UNION
    SELECT text_number FROM changed
    UNION
    SELECT text_number FROM loosened
);

-- Told in numbers first: of a large group most stories are what they were, and what they are made of need not be read.
CREATE OR REPLACE TEMP TABLE members AS
SELECT text_number, text_key, article_key, published_at, valid_from
FROM texts
SEMI JOIN (SELECT text_number FROM before UNION SELECT text_number FROM changed UNION SELECT text_number FROM regrouped)
    AS these USING (text_number);

CREATE OR REPLACE TEMP TABLE numbered_stories AS
WITH placed_texts AS (
    SELECT
        members.*,
        coalesce(grouped.group_number, members.text_number) AS group_number,
        grouped.level,
        coalesce(grouped.story, 0) AS story,
        coalesce(grouped.family, members.text_number) AS family,
        coalesce(grouped.similarity, 1.0) AS similarity,
        coalesce(grouped.reason, 'copy') AS reason,
        grouped.text_number IS NOT NULL AS is_linked
    FROM members
    LEFT JOIN grouped USING (text_number)
)
SELECT
    *,
    first_value(text_number) OVER by_age AS first_number,
    first_value(text_key) OVER by_age AS story_key
FROM placed_texts
-- The keys of articles are in the order of their ids.
WINDOW by_age AS (PARTITION BY group_number, story ORDER BY published_at NULLS LAST, valid_from, article_key);

-- The stories, before and now, of the texts that have others beside them now, or other articles.
CREATE OR REPLACE TEMP TABLE stirred AS
WITH moved AS (
    SELECT
        told.story_key,
        CASE WHEN before.text_number IS NULL THEN told.text_key ELSE before.story_key END AS former_key
    FROM numbered_stories AS told
    LEFT JOIN before USING (text_number)
    LEFT JOIN (SELECT text_number FROM come UNION SELECT text_number FROM touched_texts) AS touched_now USING (text_number)
    WHERE
        touched_now.text_number IS NOT NULL
        OR told.is_linked <> (before.text_number IS NOT NULL)
        OR (told.is_linked AND (told.story_key, told.family, told.similarity, told.reason)
            IS DISTINCT FROM (before.story_key, before.family, before.similarity, before.reason))
)
SELECT story_key FROM moved
UNION
SELECT former_key FROM moved
UNION
SELECT story_key FROM before ANTI JOIN members USING (text_number);

CREATE OR REPLACE TEMP TABLE told AS
SELECT
    stirred_texts.* EXCLUDE (first_number),
    names.text_sha256,
    substring(firsts.text_sha256, 1, 32) AS story_id
FROM (SELECT * FROM numbered_stories SEMI JOIN stirred USING (story_key)) AS stirred_texts
INNER JOIN (
    SELECT text_number, text_sha256
    FROM texts
    SEMI JOIN (SELECT text_number FROM numbered_stories SEMI JOIN stirred USING (story_key)) AS these USING (text_number)
) AS names USING (text_number)
INNER JOIN (
    SELECT text_number, text_sha256
    FROM texts
    SEMI JOIN (SELECT first_number AS text_number FROM numbered_stories SEMI JOIN stirred USING (story_key)) AS these
        USING (text_number)
) AS firsts ON stirred_texts.first_number = firsts.text_number;

DELETE FROM text_stories
WHERE text_number IN (SELECT text_number FROM before UNION SELECT text_number FROM changed);

UPDATE text_stories SET level = releveled.level
FROM releveled
WHERE text_stories.text_number = releveled.text_number AND text_stories.level IS DISTINCT FROM releveled.level;

INSERT INTO text_stories BY NAME
SELECT
    now.text_number,
    now.group_number,
    now.level,
    coalesce(told.story_id, before.story_id) AS story_id,
    now.family,
    now.similarity,
    now.reason
FROM numbered_stories AS now
LEFT JOIN told USING (text_number)
LEFT JOIN before USING (text_number)
WHERE now.is_linked
ORDER BY now.text_number;

CREATE OR REPLACE TEMP TABLE stale AS
SELECT story_id, CAST('0x' || substring(story_id, 1, 16) AS UBIGINT) AS story_key
FROM (
    SELECT story_id FROM before SEMI JOIN stirred USING (story_key)
    UNION
    SELECT story_id FROM told
    UNION
    SELECT substring(text_sha256, 1, 32) FROM told
    UNION
    SELECT substring(text_sha256, 1, 32) FROM touched
);

CREATE OR REPLACE TEMP TABLE places_of_stories AS
SELECT rowid AS place FROM stories WHERE story_key IN (SELECT story_key FROM stale);

CREATE OR REPLACE TEMP TABLE former_stories AS
SELECT rowid AS place, story_id, story_key
FROM stories
WHERE rowid IN (SELECT place FROM places_of_stories) AND story_id IN (SELECT story_id FROM stale);

CREATE OR REPLACE TEMP TABLE places_in_stories AS
SELECT rowid AS place FROM story_articles WHERE story_key IN (SELECT story_key FROM former_stories);

DELETE FROM story_articles
WHERE rowid IN (SELECT place FROM places_in_stories) AND story_id IN (SELECT story_id FROM former_stories);

DELETE FROM stories WHERE rowid IN (SELECT place FROM former_stories);

CREATE OR REPLACE TEMP TABLE places_of_held AS
SELECT rowid AS place FROM article_versions WHERE text_key IN (SELECT text_key FROM told);

CREATE OR REPLACE TEMP TABLE held AS
SELECT
    told.story_id,
    told.text_number,
    told.family,
    told.similarity,
    told.reason,
    held.place,
    held.article_id,
    held.version,
    held.title,
    coalesce(held.publisher, held.hostname) AS publisher,
    CASE WHEN held.published_origin <> 'story' THEN held.published_at END AS published_at,
    held.published_origin,
    held.valid_from,
    count(*) OVER (PARTITION BY told.story_id) AS articles,
    row_number() OVER (
        PARTITION BY told.story_id, told.family
        ORDER BY
            CASE WHEN held.published_origin <> 'story' THEN held.published_at END NULLS LAST,
            held.valid_from,
            held.article_id
    ) AS age,
    count(*) OVER (PARTITION BY told.story_id, told.family) AS relatives
FROM (
    SELECT
        rowid AS place,
        text_sha256,
        article_id,
        version,
        title,
        publisher,
        hostname,
        published_at,
        published_origin,
        valid_from,
        valid_to
    FROM article_versions
    WHERE rowid IN (SELECT place FROM places_of_held)
) AS held
INNER JOIN told USING (text_sha256)
WHERE held.valid_to IS NULL;

INSERT INTO story_articles BY NAME
SELECT
    story_id,
    article_id,
    similarity,
    CASE WHEN relatives = 1 THEN 'coverage' WHEN age = 1 THEN 'original' ELSE 'copy' END AS role,
    reason,
    CAST('0x' || substring(story_id, 1, 16) AS UBIGINT) AS story_key
FROM held
WHERE articles > 1
ORDER BY story_id, article_id;

CREATE OR REPLACE TEMP TABLE told_stories AS
SELECT
    story_id,
    arg_min(title, {'at': coalesce(published_at, 'infinity'), 'from': valid_from, 'id': article_id}) AS title,
    min(published_at) AS first_published_at,
    max(published_at) AS last_published_at,
    count(*) AS article_count,
    count(DISTINCT publisher) AS publisher_count,
    CAST('0x' || substring(story_id, 1, 16) AS UBIGINT) AS story_key
FROM held
WHERE articles > 1
GROUP BY story_id
ORDER BY story_id;

INSERT INTO stories BY NAME SELECT * FROM told_stories;

INSERT INTO story_changes BY NAME
SELECT DISTINCT $run_id AS run_id, before.story_id, told_stories.story_id AS became
FROM before
SEMI JOIN former_stories USING (story_id)
LEFT JOIN told USING (text_number)
LEFT JOIN told_stories ON told.story_id = told_stories.story_id
WHERE before.story_id IS DISTINCT FROM told_stories.story_id
ORDER BY ALL;
