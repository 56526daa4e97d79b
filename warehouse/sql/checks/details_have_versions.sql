-- edits, claims and mentions belong to a version
-- required
SELECT 'edit_spans' AS relation, article_id, version FROM edit_spans ANTI JOIN article_versions USING (article_id, version)
UNION
SELECT 'date_claims', article_id, version FROM date_claims ANTI JOIN article_versions USING (article_id, version)
UNION
SELECT 'date_mentions', article_id, version FROM date_mentions ANTI JOIN article_versions USING (article_id, version)
ORDER BY ALL;
