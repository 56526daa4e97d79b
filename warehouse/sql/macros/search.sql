CREATE OR REPLACE MACRO search(words) AS TABLE
WITH terms AS (
    SELECT DISTINCT unnest(regexp_extract_all(lower(words), '[\p{L}\p{M}\p{N}]+')) AS term
),
hits AS (
    SELECT
        article_id,
        term,
        len(list_filter(regexp_extract_all(lower(text), '[\p{L}\p{M}\p{N}]+'), lambda word: word = term)) AS in_text,
        len(list_filter(regexp_extract_all(lower(coalesce(title, '')), '[\p{L}\p{M}\p{N}]+'), lambda word: word = term))
            AS in_title
    FROM articles, terms
    WHERE contains(lower(text), term) OR contains(lower(coalesce(title, '')), term)
),
weights AS (
    SELECT
        term,
        ln(1 + (SELECT count(*) FROM articles) / count(*)) AS weight
    FROM hits
    WHERE in_text + in_title > 0
    GROUP BY term
),
scores AS (
    SELECT
        article_id,
        sum(weight * (in_text + 3 * in_title) / (in_text + 3 * in_title + 1.2)) AS score
    FROM hits
    INNER JOIN weights USING (term)
    WHERE in_text + in_title > 0
    GROUP BY article_id
    HAVING count(*) = (SELECT count(*) FROM terms)
)
SELECT
    round(score, 3) AS score,
    article_id,
    published_at,
    coalesce(publisher, hostname) AS publisher,
    title
FROM scores
INNER JOIN articles USING (article_id)
ORDER BY score DESC, article_id;
COMMENT ON MACRO TABLE search IS 'Current articles that have all the words, the best match first: rare words and words of the title count more';
