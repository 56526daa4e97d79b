SELECT version, name, applied_at, sha256 FROM schema_migrations ORDER BY version;
