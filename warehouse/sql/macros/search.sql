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
-- Words that few articles have are looked up at once (step 0), the others one after the other, from the rarest: what has the
-- first (1) is looked for among what has the second (2), and what has both among what has the others (3). Where the first are few
-- enough, the common words of phrases are read only when phrases are looked for (4). Lists and not windows: these break now and
-- then on a few rows and two threads (DuckDB 1.5.5).
ordered AS MATERIALIZED (
    SELECT
        *,
        CASE
            WHEN rares > 0 THEN list_filter(commons, lambda one: one.is_in_phrase)
            WHEN commons[1].documents <= 100_000 THEN list_filter(commons[3:], lambda one: one.is_in_phrase)
            ELSE []
        END AS lates
    FROM (
        SELECT
            list({'term': term, 'documents': documents, 'highest': highest, 'ample': ample, 'is_in_phrase': is_in_phrase} ORDER BY term)
                FILTER (documents IS NULL) AS rare_ones,
            coalesce(
                list({'term': term, 'documents': documents, 'highest': highest, 'ample': ample, 'is_in_phrase': is_in_phrase} ORDER BY documents, term)
                    FILTER (documents IS NOT NULL),
                []
            ) AS commons,
            count(*) FILTER (documents IS NULL) AS rares,
            bool_or(is_in_phrase) AS has_phrases
        FROM (SELECT term, bool_or(is_in_phrase) AS is_in_phrase FROM asked GROUP BY term)
        LEFT JOIN search_terms USING (term)
    )
),
-- Each word with its step; how many words are of steps 0 and 3, and which steps there are.
ranked AS MATERIALIZED (
    SELECT
        one.term,
        one.documents,
        one.highest,
        one.ample,
        CASE
            WHEN rank <= rares THEN 0
            WHEN rank > terms - len(lates) THEN 4
            ELSE least(rank - rares + least(rares, 1), 3)
        END AS step,
        rares,
        greatest(terms - rares - len(lates) - 2 + least(rares, 1), 0) AS thirds,
        CAST(
            CASE WHEN terms - rares - len(lates) + least(rares, 1) > 1 THEN 4 ELSE 0 END
            | CASE WHEN terms - rares - len(lates) + least(rares, 1) > 2 THEN 8 ELSE 0 END
            | CASE WHEN len(lates) > 0 THEN 16 ELSE 0 END
            | CASE WHEN has_phrases THEN 32 ELSE 0 END
            | CASE
                WHEN NOT has_phrases AND first_ample > 0 AND most <= 1000 AND since IS NULL AND until IS NULL AND from_publisher IS NULL THEN 64
                ELSE 0
            END
            AS UTINYINT
        ) AS steps
    FROM (
        SELECT unnest(in_order) AS one, generate_subscripts(in_order, 1) AS rank, len(in_order) AS terms, in_order[1].ample AS first_ample, rares, lates, has_phrases
        FROM (
            SELECT
                *,
                list_concat(rare_ones, list_filter(commons, lambda one: NOT list_contains(lates, one)), lates) AS in_order
            FROM ordered
        )
    )
),
rare AS MATERIALIZED (
    SELECT term, document, weight FROM search_postings INNER JOIN (SELECT term FROM ranked WHERE step = 0) USING (term)
),
-- What a word is worth is counted in millionths: whole numbers come to the same in whatever order they are added up.
worths AS MATERIALIZED (
    SELECT
        term,
        step,
        rares,
        thirds,
        steps,
        highest,
        ample,
        CAST(
            1e6 * 2.2 / 255 * ln(1 + ((SELECT count(*) FROM search_documents) + .5) / (coalesce(documents, found, 0) + .5)) AS BIGINT
        ) AS worth
    FROM ranked
    LEFT JOIN (SELECT term, count(*) AS found FROM rare GROUP BY term) USING (term)
),
lead AS MATERIALIZED (
    SELECT document, score, steps
    FROM (
        SELECT document, CAST(sum(worth * weight) AS BIGINT) AS score, any_value(steps) AS steps
        FROM rare
        INNER JOIN worths USING (term)
        GROUP BY document
        HAVING count(*) = any_value(rares)
        UNION ALL
        SELECT document, worth * weight, steps
        FROM search_postings
        INNER JOIN (
            SELECT term, worth, steps, CASE WHEN steps & 64 > 0 THEN ample ELSE 0 END AS least FROM worths WHERE step = 1
        ) USING (term)
        WHERE weight >= least
    )
    WHERE document NOT IN (SELECT document FROM search_retired)
),
two AS MATERIALIZED (
    SELECT document, score, steps FROM lead WHERE steps & 4 = 0
    UNION ALL
    SELECT document, score + worth * weight, steps
    FROM (SELECT document, weight, worth FROM search_postings INNER JOIN (SELECT term, worth FROM worths WHERE step = 2) USING (term))
    INNER JOIN lead USING (document)
),
together AS MATERIALIZED (
    SELECT document, score, steps FROM two WHERE steps & 8 = 0
    UNION ALL
    SELECT document, CAST(any_value(score) + sum(worth * weight) AS BIGINT), any_value(steps)
    FROM (SELECT document, weight, worth, thirds FROM search_postings INNER JOIN (SELECT term, worth, thirds FROM worths WHERE step = 3) USING (term))
    INNER JOIN two USING (document)
    GROUP BY document
    HAVING count(*) = any_value(thirds)
),
-- What is not narrowed reads none of the documents.
matched AS MATERIALIZED (
    SELECT document, score, steps FROM together WHERE since IS NULL AND until IS NULL AND from_publisher IS NULL
    UNION ALL
    SELECT document, score, steps
    FROM (SELECT * FROM together WHERE since IS NOT NULL OR until IS NOT NULL OR from_publisher IS NOT NULL)
    INNER JOIN search_documents USING (document)
    WHERE
        (since IS NULL OR published_at >= CAST(since AS TIMESTAMPTZ))
        AND (until IS NULL OR published_at < CAST(until AS TIMESTAMPTZ))
        AND (from_publisher IS NULL OR lower(publisher) = lower(from_publisher))
),
-- Phrases are looked for in the best matches first, and in the others only if too few of these have them.
tried AS MATERIALIZED (
    SELECT
        document,
        score,
        steps & 16 > 0 OR score >= (SELECT min(score) FROM (SELECT score FROM matched WHERE steps & 32 > 0 ORDER BY score DESC LIMIT 10_000))
            AS is_best
    FROM matched
    WHERE steps & 32 > 0
),
-- The documents in a list, since the planner takes what comes of it for little: it is asked of each posting before its places are
-- read.
best_rows AS MATERIALIZED (
    SELECT term, document, weight, positions
    FROM search_postings
    SEMI JOIN (SELECT unnest(list(document)) AS document FROM tried WHERE is_best) USING (document)
    INNER JOIN (SELECT DISTINCT term FROM asked WHERE is_in_phrase) USING (term)
),
-- A phrase begins where as many of its words as it has stand at their distance from one place.
best_in_order AS MATERIALIZED (
    SELECT document
    FROM (
        SELECT document, piece
        FROM (
            SELECT document, piece, length, unnest(positions) - place AS begins
            FROM best_rows
            INNER JOIN (FROM asked WHERE is_in_phrase) USING (term)
        )
        GROUP BY document, piece, length, begins
        HAVING count(*) = length
    )
    GROUP BY document
    HAVING count(DISTINCT piece) = (SELECT count(*) FROM asked WHERE is_in_phrase AND place = 1)
),
others_in_order AS (
    SELECT document
    FROM (
        SELECT document, piece
        FROM (
            SELECT document, piece, length, unnest(positions) - place AS begins
            FROM (
                SELECT *
                FROM search_postings
                INNER JOIN (
                    FROM asked
                    WHERE is_in_phrase AND (SELECT count(*) FROM tried WHERE NOT is_best) > 0 AND (SELECT count(*) < most FROM best_in_order)
                ) USING (term)
            )
            WHERE coalesce(document IN (SELECT document FROM tried WHERE NOT is_best), false)
        )
        GROUP BY document, piece, length, begins
        HAVING count(*) = length
    )
    GROUP BY document
    HAVING count(DISTINCT piece) = (SELECT count(*) FROM asked WHERE is_in_phrase AND place = 1)
),
scored AS MATERIALIZED (
    SELECT document, score FROM matched WHERE steps & 32 = 0
    UNION ALL
    SELECT document, tried.score + coalesce(late.score, 0) AS score
    FROM tried
    SEMI JOIN best_in_order USING (document)
    LEFT JOIN (
        SELECT document, CAST(sum(worth * weight) AS BIGINT) AS score
        FROM best_rows
        INNER JOIN (SELECT term, worth FROM worths WHERE step = 4) USING (term)
        GROUP BY document
    ) AS late USING (document)
    UNION ALL
    SELECT document, score FROM tried SEMI JOIN others_in_order USING (document)
),
-- Of common words alone, the documents with the heaviest first word are tried. What has less of it can be as good only
-- if no more of the others than any document has could make up for it.
reach AS MATERIALIZED (
    SELECT term, worth, ample, CASE WHEN found < most THEN 0 ELSE lowest - rest END AS least
    FROM (SELECT count(*) AS found, min(score) AS lowest FROM (SELECT score FROM scored ORDER BY score DESC LIMIT most))
    CROSS JOIN (SELECT term, worth, ample FROM worths WHERE step = 1 AND steps & 64 > 0)
    CROSS JOIN (SELECT coalesce(sum(worth * highest), 0) AS rest FROM worths WHERE step > 1)
    WHERE found < most OR lowest <= worth * (ample - 1) + rest
),
others AS MATERIALIZED (
    SELECT document, worth * weight AS score
    FROM search_postings
    INNER JOIN reach USING (term)
    WHERE weight < ample AND worth * weight >= least AND document NOT IN (SELECT document FROM search_retired)
),
every AS MATERIALIZED (
    FROM scored
    UNION ALL
    SELECT document, score FROM others WHERE (SELECT count(*) FROM worths) = 1
    UNION ALL
    SELECT document, CAST(any_value(score) + sum(worth * weight) AS BIGINT)
    FROM (
        SELECT document, weight, worth
        FROM search_postings
        INNER JOIN (SELECT term, worth FROM worths WHERE step > 1 AND (SELECT count(*) FROM reach) > 0) USING (term)
    )
    INNER JOIN others USING (document)
    GROUP BY document
    HAVING count(*) = (SELECT count(*) - 1 FROM worths)
),
-- Of equal scores all are taken as far as here: which come first is for their ids to say, and not for their arrival.
in_reach AS MATERIALIZED (
    SELECT score, search_documents.rowid AS place, article_key
    FROM (
        SELECT unnest(list({'document': document, 'score': score}), recursive := true)
        FROM every
        WHERE score >= (SELECT min(score) FROM (SELECT score FROM every ORDER BY score DESC LIMIT most))
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
