SELECT text_number, group_number FROM reached ORDER BY text_number;
