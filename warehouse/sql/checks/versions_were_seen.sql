-- a version begins when its words were seen, and the last sighting of an article is of its current version
-- required
SELECT article_id, version, valid_from
FROM article_versions
ANTI JOIN (SELECT article_id, captured_at AS valid_from, content FROM sightings) AS seen
    ON article_versions.article_id = seen.article_id
    AND article_versions.valid_from = seen.valid_from
    AND md5_number_lower(text_sha256 || coalesce('"' || title, '')) = seen.content
UNION ALL
SELECT article_id, version, captured_at
FROM (SELECT article_id, max(captured_at) AS captured_at, arg_max(content, {'at': captured_at, 'arrival': arrival}) AS content FROM sightings GROUP BY article_id)
INNER JOIN articles USING (article_id)
WHERE md5_number_lower(text_sha256 || coalesce('"' || title, '')) <> content
ORDER BY ALL;
