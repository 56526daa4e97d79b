-- Put the segment $merged in the place of those in $segments, and forget the retired documents that were in them.
UPDATE search_terms
SET documents = search_terms.documents - retired.documents
FROM (
    SELECT term, count(*) AS documents
    FROM search_postings
    SEMI JOIN (SELECT document FROM search_retired WHERE document BETWEEN $first_document AND $last_document) AS those
        USING (document)
    WHERE segment BETWEEN list_min($segments) AND list_max($segments)
    GROUP BY term
) AS retired
WHERE search_terms.term = retired.term;

DELETE FROM search_postings WHERE segment BETWEEN list_min($segments) AND list_max($segments);

DELETE FROM search_retired WHERE document BETWEEN $first_document AND $last_document;

DELETE FROM search_segments WHERE segment BETWEEN list_min($segments) AND list_max($segments);

INSERT INTO search_segments VALUES ($merged, $last_document, $postings);
