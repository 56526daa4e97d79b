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
    CAST((SELECT coalesce(max(last_document), 0) FROM search_segments) + row_number() OVER (ORDER BY ordinal) AS UINTEGER) AS document,
    article_id,
    published_at,
    publisher,
    title,
    length(text) AS length,
    spaced(coalesce(title, '')) AS spaced_title,
    spaced(text) AS spaced_text
FROM to_index;

INSERT INTO search_documents BY NAME
SELECT
    document,
    article_id,
    published_at,
    publisher,
    CAST('0x' || substring(article_id, 1, 16) AS UBIGINT) AS article_key,
    title
FROM numbered
ORDER BY document;

-- Each word of each document with its place; a place without a word parts the headline from the text, so that no phrase
-- goes from one into the other.
CREATE OR REPLACE TEMP TABLE placed AS
SELECT document, unnest(words) AS word, generate_subscripts(words, 1) AS position, titled
FROM (
    SELECT document, list_concat(of_title, [''], of_text) AS words, len(of_title) AS titled
    FROM (SELECT document, words_in(spaced_title) AS of_title, words_in(spaced_text) AS of_text FROM numbered)
);

-- Words are turned into numbers once each: a batch has ten times as many words as different ones.
CREATE OR REPLACE TEMP TABLE vocabulary AS
SELECT word, md5_number_lower(word) AS term, md5_number_lower('title:' || word) AS title_term
FROM (SELECT DISTINCT word FROM placed WHERE word <> '');

-- The weight of a word in a document is that of BM25 (k1 = 1.2, b = .75) with a word of the headline counted as three
-- and 2,400 characters taken for the mean length: a fixed one, so that no other document changes it.
CREATE OR REPLACE TEMP TABLE weighed AS
SELECT term, document, CAST(ceil(255 * times / (times + .3e0 + .9e0 * length / 2400)) AS UTINYINT) AS weight, positions
FROM (
    SELECT term, document, list(CAST(position AS UINTEGER)) AS positions, sum(CASE WHEN position <= titled THEN 3 ELSE 1 END) AS times
    FROM placed
    INNER JOIN vocabulary USING (word)
    GROUP BY term, document
    UNION ALL
    SELECT title_term, document, list(CAST(position AS UINTEGER)), count(*)
    FROM placed
    INNER JOIN vocabulary USING (word)
    WHERE position <= titled
    GROUP BY title_term, document
)
INNER JOIN numbered USING (document);

INSERT INTO search_postings
SELECT (SELECT coalesce(max(segment), 0) + 1 FROM search_segments), term, document, weight, list_sort(positions)
FROM weighed
ORDER BY term, document;

UPDATE search_terms
SET documents = search_terms.documents + come.documents, highest = greatest(search_terms.highest, come.highest)
FROM (SELECT term, count(*) AS documents, max(weight) AS highest FROM weighed SEMI JOIN search_terms USING (term) GROUP BY term) AS come
WHERE search_terms.term = come.term;

INSERT INTO search_segments
SELECT coalesce(max(segment), 0) + 1, (SELECT max(document) FROM numbered), (SELECT count(*) FROM weighed)
FROM search_segments
HAVING (SELECT count(*) FROM numbered) > 0;

DROP TABLE numbered;

DROP TABLE placed;

DROP TABLE vocabulary;

DROP TABLE weighed;
