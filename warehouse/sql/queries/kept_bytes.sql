SELECT capture_id, locator, warc_file, warc_offset, warc_length FROM captures ORDER BY warc_file, warc_offset;
