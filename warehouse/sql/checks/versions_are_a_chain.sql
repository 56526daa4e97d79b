-- versions are numbered from 1 without gaps, and each ends where the next begins
-- required
SELECT article_id, version, valid_from, valid_to
FROM (
    SELECT
        article_id,
        version,
        valid_from,
        valid_to,
        row_number() OVER chain AS expected,
        lead(valid_from) OVER chain AS next_from
    FROM article_versions
    WINDOW chain AS (PARTITION BY article_id ORDER BY version)
)
WHERE version <> expected OR valid_to IS DISTINCT FROM next_from OR valid_to < valid_from
ORDER BY ALL;
