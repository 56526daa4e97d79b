CREATE TABLE search_documents (
    document BIGINT NOT NULL,
    article_id VARCHAR NOT NULL,
    published_at TIMESTAMPTZ,
    publisher VARCHAR
);
COMMENT ON TABLE search_documents IS 'Current versions as the index of search numbers them';
COMMENT ON COLUMN search_documents.document IS 'Number in the index, from 1, in order of arrival; a new version has a new one';
COMMENT ON COLUMN search_documents.article_id IS 'Article';
COMMENT ON COLUMN search_documents.published_at IS 'Start of its publication interval';
COMMENT ON COLUMN search_documents.publisher IS 'Publisher, else host, in lower case';

CREATE TABLE search_postings (
    segment INTEGER NOT NULL,
    term UBIGINT NOT NULL,
    postings UBIGINT[] NOT NULL
);
COMMENT ON TABLE search_postings IS 'The inverted index: segments, each in order of terms; segments of like size are merged as they gather';
COMMENT ON COLUMN search_postings.segment IS 'Segment: what one batch brought, or the merge of several';
COMMENT ON COLUMN search_postings.term IS 'Lower 64 bits of the MD5 of a word, or of title: and a word of the headline';
COMMENT ON COLUMN search_postings.postings IS 'Documents with the term: number * 256 + weight of the term in the document, 1 to 255';

CREATE TABLE search_segments (
    segment INTEGER NOT NULL,
    last_document BIGINT NOT NULL,
    postings BIGINT NOT NULL
);
COMMENT ON TABLE search_segments IS 'Segments of the index of search';
COMMENT ON COLUMN search_segments.segment IS 'Number of the segment; a merge has a higher one than what it merges';
COMMENT ON COLUMN search_segments.last_document IS 'Highest document number in it';
COMMENT ON COLUMN search_segments.postings IS 'Postings in it';

CREATE TABLE search_retired (
    document BIGINT NOT NULL
);
COMMENT ON TABLE search_retired IS 'Documents that are current no more and whose postings no merge has left out yet';
COMMENT ON COLUMN search_retired.document IS 'Number in the index of search';
