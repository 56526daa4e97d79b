-- The index of search has a row for each word of a document, with the places at which it stands there: a question reads
-- the rows of its words and no lists of others beside them, and phrases are told without texts. It is made anew when the
-- views and macros are.
DROP MACRO IF EXISTS has_phrases;

DROP MACRO IF EXISTS has_phrase;

DROP TABLE search_postings;

DROP TABLE search_documents;

DELETE FROM search_segments;

DROP TABLE search_retired;

CREATE TABLE search_documents (
    document UINTEGER NOT NULL,
    article_id VARCHAR NOT NULL,
    article_key UBIGINT NOT NULL,
    published_at TIMESTAMPTZ,
    publisher VARCHAR,
    title VARCHAR
);
COMMENT ON TABLE search_documents IS 'Current versions as the index of search numbers them, with what search shows of them';
COMMENT ON COLUMN search_documents.document IS 'Number in the index, from 1, in order of arrival; a new version has a new one';
COMMENT ON COLUMN search_documents.article_id IS 'Article';
COMMENT ON COLUMN search_documents.article_key IS 'First 64 bits of article_id, by which it is looked up';
COMMENT ON COLUMN search_documents.published_at IS 'Start of its publication interval';
COMMENT ON COLUMN search_documents.publisher IS 'Publisher, else host';
COMMENT ON COLUMN search_documents.title IS 'Headline';

CREATE TABLE search_postings (
    segment INTEGER NOT NULL,
    term UBIGINT NOT NULL,
    document UINTEGER NOT NULL,
    weight UTINYINT NOT NULL,
    positions UINTEGER[] NOT NULL
);
COMMENT ON TABLE search_postings IS 'The inverted index: segments, each in order of terms and documents; segments of like size are merged as they gather';
COMMENT ON COLUMN search_postings.segment IS 'Segment: what one batch brought, or the merge of several';
COMMENT ON COLUMN search_postings.term IS 'Lower 64 bits of the MD5 of a word, or of title: and a word of the headline';
COMMENT ON COLUMN search_postings.document IS 'Number of a document with the term';
COMMENT ON COLUMN search_postings.weight IS 'Weight of the term in the document, 1 to 255';
COMMENT ON COLUMN search_postings.positions IS 'Where it stands in the document, counted in words from 1; between headline and text one number is left out';

CREATE TABLE search_retired (
    document UINTEGER NOT NULL
);
COMMENT ON TABLE search_retired IS 'Documents that are current no more and whose postings no merge has left out yet';
COMMENT ON COLUMN search_retired.document IS 'Number in the index of search';
