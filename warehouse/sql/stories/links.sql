SELECT text_number, other_number, similarity, is_copy FROM reached_links ORDER BY text_number, other_number, is_copy;
