-- Links date what has no date of its own, and take such dates back; `redated` names the versions that they did it to.
CREATE OR REPLACE TEMP TABLE dated_now AS
SELECT article_id, article_key, published_at
FROM article_versions
WHERE rowid IN (SELECT place FROM redated) AND valid_to IS NULL;

CREATE OR REPLACE TEMP TABLE places_of_documents AS
SELECT rowid AS place FROM search_documents WHERE article_key IN (SELECT article_key FROM dated_now);

UPDATE search_documents
SET published_at = dated_now.published_at
FROM dated_now
WHERE
    search_documents.rowid IN (SELECT place FROM places_of_documents)
    AND search_documents.article_id = dated_now.article_id
    AND search_documents.published_at IS DISTINCT FROM dated_now.published_at;
