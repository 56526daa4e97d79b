SELECT capture_id, locator, payload_sha256, warc_file, warc_offset, warc_length FROM captures ORDER BY warc_file, warc_offset;
