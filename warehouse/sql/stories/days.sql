SELECT number, texts.day
FROM asked_numbers
LEFT JOIN texts ON text_number = number
ORDER BY number;
