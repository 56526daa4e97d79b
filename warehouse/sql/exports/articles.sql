SELECT
    articles.* EXCLUDE (valid_to),
    coalesce(CAST(year(published_local) AS VARCHAR), '__unknown__') AS year,
    CASE
        WHEN published_local IS NULL OR published_precision IN ('year', 'range') THEN '__unknown__'
        ELSE lpad(CAST(month(published_local) AS VARCHAR), 2, '0')
    END AS month
FROM articles
ORDER BY year, month, published_at, article_id;
