-- Words that many articles have are counted as they come and go, so that a question knows of them before it reads them.
CREATE TABLE search_terms (
    term UBIGINT NOT NULL,
    documents UINTEGER NOT NULL
);
COMMENT ON TABLE search_terms IS 'The words that one in a hundred documents had in some large segment of the index, or more';
COMMENT ON COLUMN search_terms.term IS 'Lower 64 bits of the MD5 of a word, or of title: and a word of the headline';
COMMENT ON COLUMN search_terms.documents IS 'How many postings the index has of it';

INSERT INTO search_terms
SELECT term, count(*)
FROM search_postings
GROUP BY term
HAVING count(*) > greatest(1000, (SELECT count(*) FROM search_documents) / 100)
ORDER BY term;
