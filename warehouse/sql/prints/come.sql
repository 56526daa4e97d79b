SELECT text_number, hash FROM come_prints ORDER BY text_number;
