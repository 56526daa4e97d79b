FROM search_with_text($words, since := $since, until := $until, from_publisher := $publisher, most := $limit);
