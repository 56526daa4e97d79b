WITH made AS (
    SELECT article_id, version FROM article_versions WHERE run_id = $run_id
),
taken AS (
    SELECT
        rule,
        count(*) AS edits,
        sum(stop - start - length(replacement)) AS characters,
        arg_min({'article_id': article_id, 'version': version, 'start': start, 'stop': stop}, article_id || ordinal)
            AS first
    FROM edit_spans
    INNER JOIN made USING (article_id, version)
    GROUP BY rule
)
SELECT
    taken.rule,
    taken.edits,
    taken.characters,
    substring(held.source_text, taken.first.start + 1, taken.first.stop - taken.first.start) AS example
FROM taken
INNER JOIN article_versions AS held ON taken.first.article_id = held.article_id AND taken.first.version = held.version
ORDER BY taken.edits DESC, taken.rule;
