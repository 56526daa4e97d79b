-- What a load made current: the last version of each article that it changed, unless one that was there is later.
CREATE OR REPLACE TEMP TABLE to_index AS
SELECT
    staged.ordinal,
    staged.article_id,
    staged.title,
    staged.text,
    staged.published_at,
    lower(coalesce(staged.publisher, staged.hostname)) AS publisher,
    NOT bool_or(NOT states.is_new) OVER (PARTITION BY staged.article_id) AS is_new
FROM staged_articles AS staged
INNER JOIN states USING (ordinal)
WHERE states.makes_version
QUALIFY row_number() OVER (PARTITION BY staged.article_id ORDER BY states.version DESC) = 1;
