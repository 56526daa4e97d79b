UPDATE article_versions
SET valid_to = begun.valid_from
FROM (
    SELECT article_id, arg_min(valid_from, version) AS valid_from FROM states WHERE makes_version GROUP BY article_id
) AS begun
WHERE article_versions.article_id = begun.article_id AND article_versions.valid_to IS NULL;

INSERT INTO article_versions BY NAME
SELECT
    staged.* EXCLUDE (ordinal, captured_at, charset),
    states.version,
    states.valid_from,
    lead(states.valid_from) OVER (PARTITION BY states.article_id ORDER BY states.version) AS valid_to,
    $run_id AS run_id
FROM staged_articles AS staged
INNER JOIN states USING (ordinal)
WHERE states.makes_version
ORDER BY staged.ordinal;

INSERT INTO edit_spans BY NAME
SELECT states.article_id, states.version, spans.* EXCLUDE (article)
FROM staged_edits AS spans
INNER JOIN states ON spans.article = states.ordinal
WHERE states.makes_version
ORDER BY spans.article, spans.ordinal;

INSERT INTO date_claims BY NAME
SELECT states.article_id, states.version, claims.* EXCLUDE (article)
FROM staged_claims AS claims
INNER JOIN states ON claims.article = states.ordinal
WHERE states.makes_version
ORDER BY claims.article;

INSERT INTO date_mentions BY NAME
SELECT states.article_id, states.version, mentions.* EXCLUDE (article)
FROM staged_mentions AS mentions
INNER JOIN states ON mentions.article = states.ordinal
WHERE states.makes_version
ORDER BY mentions.article, mentions.ordinal;
