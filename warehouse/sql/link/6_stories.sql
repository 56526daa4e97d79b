-- A story is so far the copies of one text, and its id the beginning of the text's hash: the same in any order of arrival.
DELETE FROM story_articles WHERE story_id IN (SELECT substring(text_sha256, 1, 32) FROM touched);

DELETE FROM stories WHERE story_id IN (SELECT substring(text_sha256, 1, 32) FROM touched);

INSERT INTO story_articles BY NAME
SELECT
    substring(text_sha256, 1, 32) AS story_id,
    article_id,
    1.0 AS similarity,
    CASE WHEN article_id = original_id THEN 'original' ELSE 'copy' END AS role
FROM copies
WHERE holders > 1
ORDER BY story_id, article_id;

INSERT INTO stories BY NAME
SELECT
    substring(copies.text_sha256, 1, 32) AS story_id,
    any_value(held.title) FILTER (copies.article_id = copies.original_id) AS title,
    min(held.published_at) AS first_published_at,
    max(held.published_at) AS last_published_at,
    count(*) AS article_count,
    count(DISTINCT coalesce(held.publisher, held.hostname)) AS publisher_count
FROM copies
INNER JOIN article_versions AS held ON copies.article_id = held.article_id AND held.valid_to IS NULL
WHERE copies.holders > 1
GROUP BY copies.text_sha256
ORDER BY story_id;
