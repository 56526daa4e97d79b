-- The current articles of an export with the partition that each belongs to. `chosen` is NULL for all, or the list of
-- those that a condition chose.
CREATE OR REPLACE TEMP VIEW partitioned AS
SELECT
    articles.* EXCLUDE (valid_to),
    coalesce(CAST(year(published_local) AS VARCHAR), '__unknown__') AS year,
    CASE
        WHEN published_local IS NULL OR published_precision IN ('year', 'range') THEN '__unknown__'
        ELSE lpad(CAST(month(published_local) AS VARCHAR), 2, '0')
    END AS month
FROM articles
WHERE article_id IN (SELECT article_id FROM chosen);
