CREATE OR REPLACE MACRO search_with_text(
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
-- What was asked, in pieces: all words together, the phrases among them, and what is asked of the headline. They are cut
-- in one place, for it takes longer to make the patterns ready than to use them.
pieces AS MATERIALIZED (
    SELECT *, length(piece) > 2 AND (contains(piece, ' ') OR is_unspaced(piece)) AS is_phrase
    FROM (
        SELECT kind, spaced(piece) AS piece
        FROM (
            SELECT 'words' AS kind, anywhere AS piece FROM fields
            UNION ALL
            SELECT 'phrase', unnest(regexp_extract_all(anywhere, '"([^"]*)"', 1)) FROM fields
            UNION ALL
            SELECT 'title', unnest(of_title) FROM fields
        )
    )
),
parts AS MATERIALIZED (
    SELECT
        coalesce(list(piece) FILTER (kind = 'phrase' AND is_phrase), []) AS phrases,
        coalesce(list(piece) FILTER (kind = 'title' AND is_phrase), []) AS title_phrases
    FROM pieces
),
terms AS MATERIALIZED (
    SELECT DISTINCT md5_number_lower(CASE WHEN kind = 'title' THEN 'title:' || word ELSE word END) AS term
    FROM (SELECT kind, unnest(words_in(piece)) AS word FROM pieces WHERE kind <> 'phrase')
    WHERE word <> ''
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
together AS MATERIALIZED (
    SELECT document, round(candidates.score + coalesce(others.score, 0), 9) AS score  -- in whatever order it was added up
    FROM candidates
    LEFT JOIN others USING (document)
    WHERE coalesce(others.terms, 0) + 1 = (SELECT count(*) FROM terms)
),
-- What is not narrowed reads none of the documents.
matched AS MATERIALIZED (
    SELECT document, score FROM together WHERE since IS NULL AND until IS NULL AND from_publisher IS NULL
    UNION ALL
    SELECT document, score
    FROM (
        SELECT document, score
        FROM together
        WHERE since IS NOT NULL OR until IS NOT NULL OR from_publisher IS NOT NULL
    )
    INNER JOIN search_documents USING (document)
    WHERE
        (since IS NULL OR published_at >= CAST(since AS TIMESTAMPTZ))
        AND (until IS NULL OR published_at < CAST(until AS TIMESTAMPTZ))
        AND (from_publisher IS NULL OR publisher = lower(from_publisher))
),
-- Phrases are looked for in the texts of the best matches, and in those of the others only if too few of these have them:
-- to read a text takes as long as to find a thousand.
phrased AS MATERIALIZED (
    SELECT document, score, score >= (SELECT min(score) FROM (SELECT score FROM matched ORDER BY score DESC LIMIT 100)) AS is_best
    FROM matched
    WHERE (SELECT len(phrases) + len(title_phrases) > 0 FROM parts)
),
places AS MATERIALIZED (
    SELECT document, article_id, versions.rowid AS place
    FROM (SELECT document, article_id, article_key FROM phrased INNER JOIN search_documents USING (document)) AS these
    INNER JOIN (SELECT rowid, article_key FROM article_versions WHERE valid_to IS NULL) AS versions USING (article_key)
),
best_with_phrases AS MATERIALIZED (
    SELECT document, score
    FROM (
        SELECT document, score, list_transform([coalesce(title, ''), text], lambda part: spaced(part)) AS parts_spaced
        FROM (SELECT * FROM phrased WHERE is_best)
        INNER JOIN places USING (document)
        INNER JOIN article_versions ON article_versions.rowid = places.place AND article_versions.article_id = places.article_id
    )
    CROSS JOIN parts
    WHERE has_phrases(parts_spaced, phrases, title_phrases)
),
others_with_phrases AS (
    SELECT document, score
    FROM (
        SELECT document, score, list_transform([coalesce(title, ''), text], lambda part: spaced(part)) AS parts_spaced
        FROM (SELECT * FROM phrased WHERE NOT is_best AND (SELECT count(*) < most FROM best_with_phrases))
        INNER JOIN places USING (document)
        INNER JOIN article_versions ON article_versions.rowid = places.place AND article_versions.article_id = places.article_id
    )
    CROSS JOIN parts
    WHERE has_phrases(parts_spaced, phrases, title_phrases)
),
scored AS MATERIALIZED (
    SELECT document, score FROM matched WHERE (SELECT len(phrases) + len(title_phrases) = 0 FROM parts)
    UNION ALL
    SELECT document, score FROM best_with_phrases
    UNION ALL
    SELECT document, score FROM others_with_phrases
),
-- Of equal scores all are taken as far as here: which come first is for their ids to say, and not for their arrival.
in_reach AS MATERIALIZED (
    SELECT score, search_documents.rowid AS place
    FROM (
        SELECT document, score
        FROM scored
        WHERE score >= (SELECT min(score) FROM (SELECT score FROM scored ORDER BY score DESC LIMIT most))
    )
    INNER JOIN search_documents USING (document)
),
best AS MATERIALIZED (
    SELECT score, article_id, article_key
    FROM in_reach
    INNER JOIN search_documents ON search_documents.rowid = in_reach.place
    ORDER BY score DESC, article_id
    LIMIT most
),
-- Rows are looked up by a number and read by their places: those of twenty texts alone, where a join by id goes through
-- all ids and texts there are.
rows_of_best AS MATERIALIZED (
    SELECT best.score, best.article_id, versions.rowid AS place
    FROM best
    INNER JOIN (SELECT rowid, article_key FROM article_versions WHERE valid_to IS NULL) AS versions USING (article_key)
)
SELECT
    round(rows_of_best.score, 3) AS score,
    versions.article_id,
    versions.published_at,
    coalesce(versions.publisher, versions.hostname) AS publisher,
    versions.title,
    versions.text
FROM rows_of_best
INNER JOIN article_versions AS versions
    ON versions.rowid = rows_of_best.place AND versions.article_id = rows_of_best.article_id
ORDER BY rows_of_best.score DESC, versions.article_id;
COMMENT ON MACRO TABLE search_with_text IS 'What search finds, with the texts';

CREATE OR REPLACE MACRO search(
    words, since := NULL, until := NULL, from_publisher := NULL, most := 1_000_000_000
) AS TABLE
SELECT * EXCLUDE (text)
FROM search_with_text(words, since := since, until := until, from_publisher := from_publisher, most := most);
COMMENT ON MACRO TABLE search IS 'Current articles that have all the words, the best match first (BM25, a word of the headline counts as three). "…" is a phrase, title:… stands in the headline; since, until and from_publisher narrow it, most ends it';
