SELECT text_number, word, weight, is_name
FROM text_terms
SEMI JOIN regrouped USING (text_number)
ORDER BY text_number, word;
