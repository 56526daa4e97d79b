SELECT text_number FROM gone ORDER BY text_number;
