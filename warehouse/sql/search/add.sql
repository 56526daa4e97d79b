-- Take the articles of `to_index` into the index as one new segment, and leave their former versions out of it.
CREATE OR REPLACE TEMP TABLE places_of_documents AS
SELECT rowid AS place
FROM search_documents
WHERE article_key IN (SELECT CAST('0x' || substring(article_id, 1, 16) AS UBIGINT) FROM to_index WHERE NOT is_new);

CREATE OR REPLACE TEMP TABLE former_documents AS
SELECT rowid AS place, document
FROM search_documents
WHERE
    rowid IN (SELECT place FROM places_of_documents)
    AND article_id IN (SELECT article_id FROM to_index WHERE NOT is_new);

INSERT INTO search_retired SELECT document FROM former_documents;

DELETE FROM search_documents WHERE rowid IN (SELECT place FROM former_documents);

CREATE OR REPLACE TEMP TABLE numbered AS
SELECT
    (SELECT coalesce(max(last_document), 0) FROM search_segments) + row_number() OVER (ORDER BY ordinal) AS document,
    article_id,
    published_at,
    publisher,
    title,
    text,
    length(text) AS length
FROM to_index;

INSERT INTO search_documents BY NAME
SELECT
    document,
    article_id,
    published_at,
    publisher,
    CAST('0x' || substring(article_id, 1, 16) AS UBIGINT) AS article_key
FROM numbered
ORDER BY document;

-- First what stands between spaces is counted, and then cut into words, each kind of it once: a batch has ten times as
-- many words as different ones. What stands in the headline is counted once more by itself, behind a space.
CREATE OR REPLACE TEMP TABLE chunks AS
SELECT document, chunk, CAST(sum(times) AS INTEGER) AS times
FROM (
    SELECT document, unnest(string_split(replace(text, chr(10), ' '), ' ')) AS chunk, 1 AS times FROM numbered
    UNION ALL
    SELECT document, unnest(string_split(title, ' ')), 3 FROM numbered
    UNION ALL
    SELECT document, ' ' || unnest(string_split(title, ' ')), 1 FROM numbered
)
GROUP BY document, chunk;

-- The weight of a word in a document is that of BM25 (k1 = 1.2, b = .75) with a word of the headline counted as three
-- and 2,400 characters taken for the mean length: a fixed one, so that no other document changes it.
CREATE OR REPLACE TEMP TABLE weighed AS
WITH words AS (
    SELECT chunk, unnest(words_in(words)) AS word
    FROM (SELECT chunk, spaced(chunk) AS words FROM (SELECT DISTINCT chunk FROM chunks))
    WHERE words <> ''
),
terms AS (
    SELECT chunk, md5_number_lower(CASE WHEN starts_with(chunk, ' ') THEN 'title:' || word ELSE word END) AS term
    FROM words
    WHERE word <> ''
)
SELECT
    term,
    document,
    CAST(ceil(255 * times / (times + .3e0 + .9e0 * length / 2400)) AS UBIGINT) AS weight
FROM (
    SELECT term, document, sum(CAST(times AS DOUBLE)) AS times FROM chunks INNER JOIN terms USING (chunk) GROUP BY ALL
)
INNER JOIN numbered USING (document);

INSERT INTO search_postings
SELECT
    (SELECT coalesce(max(segment), 0) + 1 FROM search_segments),
    term,
    list_sort(list(CAST(document AS UBIGINT) * 256 + weight))
FROM weighed
GROUP BY term
ORDER BY term;

INSERT INTO search_segments
SELECT coalesce(max(segment), 0) + 1, (SELECT max(document) FROM numbered), (SELECT count(*) FROM weighed)
FROM search_segments
HAVING (SELECT count(*) FROM numbered) > 0;

DROP TABLE numbered;

DROP TABLE chunks;

DROP TABLE weighed;
