CREATE OR REPLACE VIEW boilerplate_by_rule AS
SELECT
    taken.rule,
    taken.edits,
    taken.articles,
    taken.characters,
    substring(articles.source_text, taken.first.start + 1, least(taken.first.stop - taken.first.start, 80)) AS example
FROM (
    SELECT
        rule,
        count(*) AS edits,
        count(DISTINCT article_id) AS articles,
        sum(stop - start - length(replacement)) AS characters,
        arg_min({'article_id': article_id, 'start': start, 'stop': stop}, article_id || ordinal) AS first
    FROM edit_spans
    SEMI JOIN articles USING (article_id, version)
    GROUP BY rule
) AS taken
INNER JOIN articles ON taken.first.article_id = articles.article_id
ORDER BY taken.edits DESC, taken.rule;
COMMENT ON VIEW boilerplate_by_rule IS 'What each rule took out of the current articles, with an example';
COMMENT ON COLUMN boilerplate_by_rule.rule IS 'Rule';
COMMENT ON COLUMN boilerplate_by_rule.edits IS 'Edits that it made in current articles';
COMMENT ON COLUMN boilerplate_by_rule.articles IS 'Articles that it edited';
COMMENT ON COLUMN boilerplate_by_rule.characters IS 'Characters that it took away, less those that it put in';
COMMENT ON COLUMN boilerplate_by_rule.example IS 'What one of its edits took, up to 80 characters';
