-- Dates that were inferred for articles whose story was told anew: they are inferred anew, if they still can be.
CREATE OR REPLACE TEMP TABLE reconsidered AS
SELECT article_id FROM held
UNION
SELECT article_id FROM states WHERE makes_version;

UPDATE article_versions
SET published_at = NULL, published_local = NULL, published_precision = NULL, published_origin = NULL
WHERE published_origin = 'story' AND article_id IN (SELECT article_id FROM reconsidered);

DELETE FROM date_claims WHERE origin = 'story' AND article_id IN (SELECT article_id FROM reconsidered);
