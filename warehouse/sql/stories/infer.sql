CREATE OR REPLACE TEMP TABLE inferred_places AS
SELECT held.place, inferred.* FROM inferred INNER JOIN held USING (article_id, version);

INSERT INTO redated SELECT place, article_id FROM inferred_places;

UPDATE article_versions
SET
    published_at = inferred.earliest,
    published_local = inferred.earliest AT TIME ZONE 'UTC',
    published_precision = inferred.precision,
    published_origin = 'story'
FROM inferred_places AS inferred
WHERE article_versions.rowid = inferred.place;

INSERT INTO date_claims BY NAME
SELECT
    article_id,
    version,
    'published' AS kind,
    raw,
    'story' AS origin,
    earliest,
    latest,
    precision,
    true AS chosen,
    note
FROM inferred
ORDER BY article_id;
