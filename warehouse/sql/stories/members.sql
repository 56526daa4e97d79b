SELECT text_number, group_number, coalesce(level, 0) AS level
FROM text_stories
SEMI JOIN asked_numbers ON group_number = number
ORDER BY text_number;
