"""Where articles are kept: the archive of raw bytes, and the only package that knows DuckDB."""
