-- the words of a date mention stand in text where the mention says
-- required
SELECT article_id, version, ordinal, raw
FROM date_mentions
LEFT JOIN article_versions USING (article_id, version)
WHERE text IS NULL OR substring(text, start + 1, stop - start) <> raw
ORDER BY ALL;
