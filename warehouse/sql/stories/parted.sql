SELECT text_number FROM parted ORDER BY text_number;
