SELECT text_number, hash FROM fingerprints ANTI JOIN retired_texts USING (text_number);
