-- The links and pairs that touch any of the texts asked for.
SELECT text_number, other_number, similarity, false AS is_copy
FROM story_links
SEMI JOIN asked_numbers ON text_number = number
UNION ALL
SELECT text_number, other_number, similarity, false
FROM story_links
SEMI JOIN asked_numbers ON other_number = number
ANTI JOIN asked_numbers ON text_number = number
UNION ALL
SELECT text_number, other_number, 1.0, true
FROM text_pairs
SEMI JOIN asked_numbers ON text_number = number
UNION ALL
SELECT text_number, other_number, 1.0, true
FROM text_pairs
SEMI JOIN asked_numbers ON other_number = number
ANTI JOIN asked_numbers ON text_number = number;
