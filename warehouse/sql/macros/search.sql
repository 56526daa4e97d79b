CREATE OR REPLACE MACRO search(
    words, since := NULL, until := NULL, from_publisher := NULL, most := 1_000_000_000
) AS TABLE
-- What was asked, in pieces: all words together, the phrases among them, and what is asked of the headline. They are cut
-- in one place, for it takes longer to make the patterns ready than to use them.
WITH pieces AS MATERIALIZED (
    SELECT kind, row_number() OVER () AS piece, spaced(piece) AS piece_words
    FROM (
        SELECT 'words' AS kind, regexp_replace(words, '(?i)\btitle:\s*("[^"]*"|[^"\s]+)', ' ', 'g') AS piece
        UNION ALL
        SELECT
            'phrase',
            unnest(regexp_extract_all(regexp_replace(words, '(?i)\btitle:\s*("[^"]*"|[^"\s]+)', ' ', 'g'), '"([^"]*)"', 1))
        UNION ALL
        SELECT 'title', unnest(regexp_extract_all(words, '(?i)\btitle:\s*("[^"]*"|[^"\s]+)', 1))
    )
),
asked AS MATERIALIZED (
    SELECT
        md5_number_lower(CASE WHEN kind = 'title' THEN 'title:' || word ELSE word END) AS term,
        piece,
        place,
        length,
        kind <> 'words' AND length > 1 AS is_in_phrase
    FROM (
        SELECT kind, piece, len(words_of_piece) AS length, unnest(words_of_piece) AS word, generate_subscripts(words_of_piece, 1) AS place
        FROM (SELECT kind, piece, words_in(piece_words) AS words_of_piece FROM pieces)
    )
    WHERE word <> ''
),
found AS MATERIALIZED (
    SELECT term, document, weight FROM search_postings INNER JOIN (SELECT DISTINCT term FROM asked) USING (term)
),
-- What a word is worth is counted in millionths: whole numbers come to the same in whatever order they are added up.
sizes AS MATERIALIZED (
    SELECT
        term,
        row_number() OVER (ORDER BY coalesce(size, 0), term) AS rank,
        count(*) OVER () AS terms,
        CAST(1e6 * 2.2 / 255 * ln(1 + ((SELECT count(*) FROM search_documents) + .5) / (coalesce(size, 0) + .5)) AS BIGINT) AS worth
    FROM (SELECT DISTINCT term FROM asked)
    LEFT JOIN (SELECT term, count(*) AS size FROM found GROUP BY term) USING (term)
),
-- Only what has the rarest word is looked for among what has the next one, and what has both among what has the others.
rarest AS MATERIALIZED (
    SELECT document, worth * weight AS score, terms
    FROM found
    INNER JOIN (SELECT term, worth, terms FROM sizes WHERE rank = 1) USING (term)
    ANTI JOIN search_retired USING (document)
),
two AS MATERIALIZED (
    SELECT document, score, terms FROM rarest WHERE terms = 1
    UNION ALL
    SELECT document, score + (SELECT worth FROM sizes WHERE rank = 2) * weight, terms
    FROM (SELECT document, weight FROM found WHERE term = (SELECT term FROM sizes WHERE rank = 2)) AS second
    INNER JOIN (FROM rarest WHERE terms > 1) AS rarest USING (document)
),
others AS (
    SELECT document, CAST(sum(worth * weight) AS BIGINT) AS score, count(*) AS terms
    FROM found
    INNER JOIN (SELECT term, worth FROM sizes WHERE rank > 2) USING (term)
    SEMI JOIN (FROM two WHERE terms > 2) AS two USING (document)
    GROUP BY document
),
together AS MATERIALIZED (
    SELECT document, score FROM two WHERE terms <= 2
    UNION ALL
    SELECT document, two.score + others.score FROM two INNER JOIN others USING (document) WHERE others.terms + 2 = two.terms
),
-- What is not narrowed reads none of the documents.
matched AS MATERIALIZED (
    SELECT document, score FROM together WHERE since IS NULL AND until IS NULL AND from_publisher IS NULL
    UNION ALL
    SELECT document, score
    FROM (SELECT document, score FROM together WHERE since IS NOT NULL OR until IS NOT NULL OR from_publisher IS NOT NULL)
    INNER JOIN search_documents USING (document)
    WHERE
        (since IS NULL OR published_at >= CAST(since AS TIMESTAMPTZ))
        AND (until IS NULL OR published_at < CAST(until AS TIMESTAMPTZ))
        AND (from_publisher IS NULL OR lower(publisher) = lower(from_publisher))
),
-- Phrases are looked for in the best matches first, and in the others only if too few of these have them.
tried AS MATERIALIZED (
    SELECT document, score, score >= (SELECT min(score) FROM (SELECT score FROM matched ORDER BY score DESC LIMIT 1000)) AS is_best
    FROM matched
    WHERE (SELECT bool_or(is_in_phrase) FROM asked)
),
-- A phrase begins where as many of its words as it has stand at their distance from one place.
best_in_order AS MATERIALIZED (
    SELECT document
    FROM (
        SELECT document, piece
        FROM (
            SELECT document, piece, length, unnest(positions) - place AS begins
            FROM search_postings
            INNER JOIN (SELECT term, piece, place, length FROM asked WHERE is_in_phrase) USING (term)
            WHERE document IN (SELECT document FROM tried WHERE is_best)
        )
        GROUP BY document, piece, length, begins
        HAVING count(*) = length
    )
    GROUP BY document
    HAVING count(DISTINCT piece) = (SELECT count(DISTINCT piece) FROM asked WHERE is_in_phrase)
),
others_in_order AS (
    SELECT document
    FROM (
        SELECT document, piece
        FROM (
            SELECT document, piece, length, unnest(positions) - place AS begins
            FROM search_postings
            INNER JOIN (
                SELECT term, piece, place, length FROM asked WHERE is_in_phrase AND (SELECT count(*) < most FROM best_in_order)
            ) USING (term)
            WHERE document IN (SELECT document FROM tried WHERE NOT is_best)
        )
        GROUP BY document, piece, length, begins
        HAVING count(*) = length
    )
    GROUP BY document
    HAVING count(DISTINCT piece) = (SELECT count(DISTINCT piece) FROM asked WHERE is_in_phrase)
),
scored AS MATERIALIZED (
    SELECT document, score FROM matched WHERE NOT coalesce((SELECT bool_or(is_in_phrase) FROM asked), false)
    UNION ALL
    SELECT document, score FROM tried SEMI JOIN best_in_order USING (document)
    UNION ALL
    SELECT document, score FROM tried SEMI JOIN others_in_order USING (document)
),
-- Of equal scores all are taken as far as here: which come first is for their ids to say, and not for their arrival.
in_reach AS MATERIALIZED (
    SELECT score, search_documents.rowid AS place, article_key
    FROM (
        SELECT document, score
        FROM scored
        WHERE score >= (SELECT min(score) FROM (SELECT score FROM scored ORDER BY score DESC LIMIT most))
    )
    INNER JOIN search_documents USING (document)
),
best AS (
    SELECT score, place
    FROM in_reach
    ORDER BY score DESC, article_key
    LIMIT most
)
-- A limit that is not below a join would have DuckDB write all parts above out anew wherever they are named: that a part
-- is materialized is forgotten when a macro is stored.
SELECT round(best.score / 1e6, 3) AS score, documents.article_id, documents.published_at, documents.publisher, documents.title
FROM best
INNER JOIN search_documents AS documents ON documents.rowid = best.place
ORDER BY best.score DESC, documents.article_id;
COMMENT ON MACRO TABLE search IS 'Current articles that have all the words, the best match first (BM25, a word of the headline counts as three). "…" is a phrase, title:… stands in the headline; since, until and from_publisher narrow it, most ends it';

-- Texts are looked up by a number and read by their places: those of twenty articles alone, where a join by id goes
-- through all ids and texts there are.
CREATE OR REPLACE MACRO search_with_text(
    words, since := NULL, until := NULL, from_publisher := NULL, most := 1_000_000_000
) AS TABLE
WITH hits AS MATERIALIZED (
    SELECT *, row_number() OVER () AS number, CAST('0x' || substring(article_id, 1, 16) AS UBIGINT) AS article_key
    FROM search(words, since := since, until := until, from_publisher := from_publisher, most := most)
),
places AS MATERIALIZED (
    SELECT hits.*, versions.rowid AS place
    FROM hits
    INNER JOIN (SELECT rowid, article_key FROM article_versions WHERE valid_to IS NULL) AS versions USING (article_key)
)
SELECT places.* EXCLUDE (number, article_key, place), versions.text
FROM places
INNER JOIN article_versions AS versions ON versions.rowid = places.place AND versions.article_id = places.article_id
ORDER BY places.number;
COMMENT ON MACRO TABLE search_with_text IS 'What search finds, with the texts';
