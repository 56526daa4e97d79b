SELECT text_number, hash FROM fingerprints;
