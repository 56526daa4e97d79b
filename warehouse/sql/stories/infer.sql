UPDATE article_versions
SET
    published_at = inferred.earliest,
    published_local = inferred.earliest AT TIME ZONE 'UTC',
    published_precision = inferred.precision,
    published_origin = 'story'
FROM inferred
WHERE article_versions.article_id = inferred.article_id AND article_versions.version = inferred.version;

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
