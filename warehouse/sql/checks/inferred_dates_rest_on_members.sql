-- a date inferred from a story rests on current articles of that story that are dated themselves, and has its claim
-- required
SELECT undated.article_id, undated.version, claims.note
FROM article_versions AS undated
LEFT JOIN date_claims AS claims
    ON undated.article_id = claims.article_id AND undated.version = claims.version AND claims.origin = 'story'
WHERE undated.published_origin = 'story' AND (
    undated.valid_to IS NOT NULL
    OR claims.earliest IS DISTINCT FROM undated.published_at
    OR NOT claims.chosen
    OR len(regexp_extract_all(claims.note, '[0-9a-f]{32}')) <> (
        SELECT count(*)
        FROM story_articles AS own
        INNER JOIN story_articles AS theirs ON own.story_id = theirs.story_id
        INNER JOIN articles AS dated ON theirs.article_id = dated.article_id
        WHERE own.article_id = undated.article_id
            AND dated.published_origin <> 'story'
            AND contains(claims.note, dated.article_id)
    )
)
UNION ALL
SELECT article_id, version, note
FROM date_claims
ANTI JOIN (SELECT article_id, version FROM articles WHERE published_origin = 'story') AS inferred
    USING (article_id, version)
WHERE origin = 'story'
ORDER BY ALL;
