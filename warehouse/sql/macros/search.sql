CREATE OR REPLACE MACRO search(
    words, since := NULL, until := NULL, from_publisher := NULL, most := 1_000_000_000
) AS TABLE
WITH asked AS MATERIALIZED (
    SELECT words AS question
),
fields AS MATERIALIZED (
    SELECT
        regexp_extract_all(question, '(?i)\btitle:\s*("[^"]*"|[^"\s]+)', 1) AS of_title,
        regexp_replace(question, '(?i)\btitle:\s*("[^"]*"|[^"\s]+)', ' ', 'g') AS anywhere
    FROM asked
),
cut AS MATERIALIZED (
    SELECT
        spaced(anywhere) AS all_words,
        list_transform(regexp_extract_all(anywhere, '"([^"]*)"', 1), lambda phrase: spaced(phrase)) AS phrases,
        list_transform(of_title, lambda phrase: spaced(phrase)) AS title_phrases
    FROM fields
),
parts AS MATERIALIZED (
    SELECT
        list_distinct(
            list_filter(words_in(all_words), lambda word: word <> '')
            || list_transform(
                list_filter(flatten(list_transform(title_phrases, lambda phrase: words_in(phrase))), lambda word: word <> ''),
                lambda word: 'title:' || word
            )
        ) AS terms,
        list_filter(phrases, lambda phrase: length(phrase) > 2 AND (contains(phrase, ' ') OR is_unspaced(phrase))) AS phrases,
        list_filter(title_phrases, lambda phrase: length(phrase) > 2 AND (contains(phrase, ' ') OR is_unspaced(phrase)))
            AS title_phrases
    FROM cut
),
terms AS MATERIALIZED (
    SELECT md5_number_lower(unnest(terms)) AS term FROM parts
),
found AS MATERIALIZED (
    SELECT term, postings FROM search_postings INNER JOIN terms USING (term)
),
sizes AS MATERIALIZED (
    SELECT
        term,
        row_number() OVER (ORDER BY coalesce(sum(len(postings)), 0), term) = 1 AS is_rarest,
        2.2 / 255 * ln(1 + ((SELECT count(*) FROM search_documents) + .5) / (coalesce(sum(len(postings)), 0) + .5)) AS weight
    FROM terms
    LEFT JOIN found USING (term)
    GROUP BY term
),
-- Only what has the rarest word is looked for among what has the others.
candidates AS MATERIALIZED (
    SELECT CAST(posting // 256 AS BIGINT) AS document, weight * (posting % 256) AS score
    FROM (SELECT weight, unnest(postings) AS posting FROM found INNER JOIN sizes USING (term) WHERE is_rarest)
    ANTI JOIN search_retired ON CAST(posting // 256 AS BIGINT) = search_retired.document
),
others AS (
    SELECT CAST(posting // 256 AS BIGINT) AS document, sum(weight * (posting % 256)) AS score, count(*) AS terms
    FROM (SELECT weight, unnest(postings) AS posting FROM found INNER JOIN sizes USING (term) WHERE NOT is_rarest)
    SEMI JOIN candidates ON CAST(posting // 256 AS BIGINT) = candidates.document
    GROUP BY ALL
),
matched AS MATERIALIZED (
    SELECT document, candidates.score + coalesce(others.score, 0) AS score
    FROM candidates
    LEFT JOIN others USING (document)
    WHERE
        coalesce(others.terms, 0) + 1 = (SELECT count(*) FROM terms)
        AND (
            (since IS NULL AND until IS NULL AND from_publisher IS NULL)
            OR document IN (
                SELECT document
                FROM search_documents
                WHERE
                    (since IS NULL OR published_at >= CAST(since AS TIMESTAMPTZ))
                    AND (until IS NULL OR published_at < CAST(until AS TIMESTAMPTZ))
                    AND (from_publisher IS NULL OR publisher = lower(from_publisher))
            )
        )
),
with_phrases AS (
    SELECT document
    FROM (
        SELECT document, spaced(text) AS text, spaced(coalesce(title, '')) AS title
        FROM (SELECT document FROM matched WHERE (SELECT len(phrases) + len(title_phrases) > 0 FROM parts))
        INNER JOIN search_documents USING (document)
        INNER JOIN articles USING (article_id)
    )
    CROSS JOIN parts
    WHERE
        len(list_filter(phrases, lambda phrase: NOT has_phrase(text, phrase) AND NOT has_phrase(title, phrase))) = 0
        AND len(list_filter(title_phrases, lambda phrase: NOT has_phrase(title, phrase))) = 0
),
scored AS MATERIALIZED (
    SELECT * FROM matched
    WHERE
        (SELECT len(phrases) + len(title_phrases) = 0 FROM parts)
        OR document IN (SELECT document FROM with_phrases)
),
-- Of equal scores all are taken as far as here: which come first is for their ids to say, and not for their arrival.
best AS (
    SELECT score, article_id
    FROM scored
    INNER JOIN search_documents USING (document)
    WHERE score >= (SELECT min(score) FROM (SELECT score FROM scored ORDER BY score DESC LIMIT most))
    ORDER BY score DESC, article_id
    LIMIT most
)
SELECT
    round(best.score, 3) AS score,
    articles.article_id,
    articles.published_at,
    coalesce(articles.publisher, articles.hostname) AS publisher,
    articles.title
FROM best
INNER JOIN articles USING (article_id)
ORDER BY best.score DESC, articles.article_id;
COMMENT ON MACRO TABLE search IS 'Current articles that have all the words, the best match first (BM25, a word of the headline counts as three). "…" is a phrase, title:… stands in the headline; since, until and from_publisher narrow it, most ends it';
