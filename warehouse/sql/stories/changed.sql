SELECT text_number FROM changed ORDER BY text_number;
