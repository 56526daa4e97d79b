"""WARC files: walked record by record, with every record that is whole found again behind those that are not."""
