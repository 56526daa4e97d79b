SELECT text_number FROM gone;
