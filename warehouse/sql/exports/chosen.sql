CREATE OR REPLACE TEMP TABLE chosen AS
SELECT article_id
FROM articles
WHERE
    ($since IS NULL OR published_at >= CAST($since AS TIMESTAMPTZ))
    AND ($condition IS NULL OR article_id IN (SELECT article_id FROM meeting_condition));
