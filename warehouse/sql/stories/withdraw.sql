-- Dates that were inferred for articles whose story was told anew: they are inferred anew, if they still can be.
CREATE OR REPLACE TEMP TABLE redated AS
SELECT place, article_id FROM held WHERE published_origin = 'story'
UNION
SELECT rowid, article_id
FROM article_versions
WHERE
    published_origin = 'story'
    AND rowid IN (SELECT place FROM versions_before SEMI JOIN touched USING (text_key))
    AND article_id IN (SELECT article_id FROM states WHERE makes_version)
UNION
SELECT rowid, article_id
FROM article_versions
WHERE
    published_origin = 'story'
    AND text_key IN (SELECT text_key FROM written WHERE published_origin = 'story')
    AND article_id IN (SELECT article_id FROM written WHERE published_origin = 'story');

UPDATE article_versions
SET published_at = NULL, published_local = NULL, published_precision = NULL, published_origin = NULL
WHERE rowid IN (SELECT place FROM redated);

DELETE FROM date_claims WHERE origin = 'story' AND article_id IN (SELECT article_id FROM redated);
