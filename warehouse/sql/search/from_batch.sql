-- What a load wrote as current.
CREATE OR REPLACE TEMP TABLE to_index AS
SELECT
    row_number() OVER (ORDER BY article_id) AS ordinal,
    article_id,
    title,
    text,
    published_at,
    coalesce(publisher, hostname) AS publisher,
    article_id NOT IN (SELECT article_id FROM former) AS is_new
FROM made
WHERE valid_to IS NULL;
