CREATE OR REPLACE VIEW boilerplate_by_rule AS
SELECT
    rule,
    count(*) AS edits,
    count(DISTINCT edit_spans.article_id) AS articles,
    sum(stop - start - length(replacement)) AS characters,
    arg_min(substring(source_text, start + 1, least(stop - start, 80)), edit_spans.article_id) AS example
FROM edit_spans
INNER JOIN articles USING (article_id, version)
GROUP BY rule
ORDER BY edits DESC, rule;
COMMENT ON VIEW boilerplate_by_rule IS 'What each rule took out of the current articles, with an example';
