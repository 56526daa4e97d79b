CREATE OR REPLACE MACRO articles_as_of(instant) AS TABLE
SELECT * EXCLUDE (article_key, text_key) FROM article_versions
WHERE valid_from <= CAST(instant AS TIMESTAMPTZ) AND (valid_to IS NULL OR valid_to > CAST(instant AS TIMESTAMPTZ));
COMMENT ON MACRO TABLE articles_as_of IS 'The version of each article that was current at an instant';
