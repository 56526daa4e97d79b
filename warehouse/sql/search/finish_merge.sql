-- Put the segment $merged in the place of those in $segments, and forget the retired documents that were in them.
DELETE FROM search_postings WHERE segment BETWEEN list_min($segments) AND list_max($segments);

DELETE FROM search_retired WHERE document BETWEEN $first_document AND $last_document;

DELETE FROM search_segments WHERE segment BETWEEN list_min($segments) AND list_max($segments);

INSERT INTO search_segments VALUES ($merged, $last_document, $postings);
