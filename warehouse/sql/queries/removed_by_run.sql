SELECT
    rule,
    count(*) AS edits,
    sum(stop - start - length(replacement)) AS characters,
    arg_min(substring(source_text, start + 1, stop - start), article_versions.article_id || ordinal) AS example
FROM edit_spans
INNER JOIN article_versions USING (article_id, version)
WHERE article_versions.run_id = $run_id
GROUP BY rule
ORDER BY edits DESC, rule;
