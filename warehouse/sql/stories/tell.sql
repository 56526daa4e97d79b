-- The stories of the groups that changed, written anew. A story is named for the text that it began with.
CREATE OR REPLACE TEMP TABLE before AS
SELECT text_number, story_id
FROM text_stories
WHERE text_number IN (
    SELECT text_number FROM regrouped
    UNION ALL
    SELECT text_number FROM changed
    UNION ALL
    SELECT text_number FROM loosened
);

CREATE OR REPLACE TEMP TABLE members AS
SELECT texts.*
FROM texts
SEMI JOIN (SELECT text_number FROM before UNION SELECT text_number FROM changed UNION SELECT text_number FROM regrouped)
    AS these USING (text_number);

CREATE OR REPLACE TEMP TABLE told AS
WITH placed_texts AS (
    SELECT
        members.text_number,
        members.text_sha256,
        members.article_id,
        members.published_at,
        members.valid_from,
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
    substring(first_value(text_sha256) OVER by_age, 1, 32) AS story_id
FROM placed_texts
WINDOW by_age AS (PARTITION BY group_number, story ORDER BY published_at NULLS LAST, valid_from, article_id);

DELETE FROM text_stories
WHERE text_number IN (SELECT text_number FROM before UNION ALL SELECT text_number FROM changed);

UPDATE text_stories SET level = releveled.level
FROM releveled
WHERE text_stories.text_number = releveled.text_number AND text_stories.level IS DISTINCT FROM releveled.level;

INSERT INTO text_stories BY NAME
SELECT text_number, group_number, level, story_id, family, similarity, reason
FROM told
WHERE is_linked
ORDER BY text_number;

CREATE OR REPLACE TEMP TABLE stale AS
SELECT story_id FROM before
UNION
SELECT story_id FROM told
UNION
SELECT substring(text_sha256, 1, 32) AS story_id FROM touched;

CREATE OR REPLACE TEMP TABLE former_stories AS SELECT story_id FROM stories SEMI JOIN stale USING (story_id);

DELETE FROM story_articles WHERE story_id IN (SELECT story_id FROM stale);

DELETE FROM stories WHERE story_id IN (SELECT story_id FROM stale);

CREATE OR REPLACE TEMP TABLE held AS
SELECT
    told.story_id,
    told.text_number,
    told.family,
    told.similarity,
    told.reason,
    held.article_id,
    held.version,
    held.title,
    coalesce(held.publisher, held.hostname) AS publisher,
    CASE WHEN held.published_origin <> 'story' THEN held.published_at END AS published_at,
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
FROM article_versions AS held
INNER JOIN told ON held.text_sha256 = told.text_sha256
WHERE held.valid_to IS NULL;

INSERT INTO story_articles BY NAME
SELECT
    story_id,
    article_id,
    similarity,
    CASE WHEN relatives = 1 THEN 'coverage' WHEN age = 1 THEN 'original' ELSE 'copy' END AS role,
    reason
FROM held
WHERE articles > 1
ORDER BY story_id, article_id;

INSERT INTO stories BY NAME
SELECT
    story_id,
    arg_min(title, {'at': coalesce(published_at, 'infinity'), 'from': valid_from, 'id': article_id}) AS title,
    min(published_at) AS first_published_at,
    max(published_at) AS last_published_at,
    count(*) AS article_count,
    count(DISTINCT publisher) AS publisher_count
FROM held
WHERE articles > 1
GROUP BY story_id
ORDER BY story_id;

INSERT INTO story_changes BY NAME
SELECT DISTINCT $run_id AS run_id, before.story_id, stories.story_id AS became
FROM before
SEMI JOIN former_stories USING (story_id)
LEFT JOIN told USING (text_number)
LEFT JOIN stories ON told.story_id = stories.story_id
WHERE before.story_id IS DISTINCT FROM stories.story_id
ORDER BY ALL;
