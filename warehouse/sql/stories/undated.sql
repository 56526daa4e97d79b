-- Each undated article of a story with the articles there whose own words date them.
SELECT
    undated.article_id,
    undated.version,
    versions.text,
    versions.language,
    list({'article_id': dated.article_id, 'earliest': claims.earliest, 'latest': claims.latest} ORDER BY dated.article_id)
        AS dated
FROM held AS undated
INNER JOIN held AS dated ON undated.story_id = dated.story_id AND dated.published_at IS NOT NULL
INNER JOIN date_claims AS claims
    ON dated.article_id = claims.article_id
    AND dated.version = claims.version
    AND claims.chosen
    AND claims.kind = 'published'
    AND claims.origin <> 'story'
INNER JOIN article_versions AS versions ON undated.place = versions.rowid
WHERE undated.published_at IS NULL
GROUP BY ALL
ORDER BY undated.article_id;
