-- Current articles that the index does not know, some at a time.
CREATE OR REPLACE TEMP TABLE to_index AS
SELECT
    row_number() OVER (ORDER BY article_id) AS ordinal,
    article_id,
    title,
    text,
    published_at,
    coalesce(publisher, hostname) AS publisher,
    true AS is_new
FROM article_versions
WHERE
    rowid IN (
        SELECT place
        FROM (SELECT rowid AS place, article_id FROM article_versions WHERE valid_to IS NULL)
        ANTI JOIN search_documents USING (article_id)
        ORDER BY place
        LIMIT $most
    );
