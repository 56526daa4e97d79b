-- What a set of articles is, laid out for comparison with another: one row a current article.
SELECT
    articles.article_id,
    captures.source,
    articles.text_sha256,
    articles.title,
    articles.published_at,
    articles.published_precision,
    articles.authors,
    articles.publisher,
    articles.language,
    coalesce(cuts.rules, MAP {}) AS rules
FROM articles
INNER JOIN captures USING (capture_id)
LEFT JOIN (
    SELECT article_id, version, map(list(rule ORDER BY rule), list(edits ORDER BY rule)) AS rules
    FROM (SELECT article_id, version, rule, count(*) AS edits FROM edit_spans GROUP BY ALL)
    GROUP BY article_id, version
) AS cuts USING (article_id, version)
WHERE $source IS NULL OR captures.source = $source;
