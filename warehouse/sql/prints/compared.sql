SELECT text_number FROM compared ORDER BY text_number;
