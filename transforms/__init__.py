"""What documents become: the records and pure functions between them. No I/O, no scheduler, no database."""
