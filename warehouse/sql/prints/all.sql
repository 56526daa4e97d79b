SELECT text_number, hash FROM fingerprints ORDER BY text_number;
