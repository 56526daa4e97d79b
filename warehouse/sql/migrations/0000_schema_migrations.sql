CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL,
    sha256 VARCHAR NOT NULL
);
COMMENT ON TABLE schema_migrations IS 'Migrations that made this schema';
COMMENT ON COLUMN schema_migrations.version IS 'Number of the migration; 0 is the table itself with the views and macros';
COMMENT ON COLUMN schema_migrations.name IS 'Name of the migration';
COMMENT ON COLUMN schema_migrations.applied_at IS 'When it was applied';
COMMENT ON COLUMN schema_migrations.sha256 IS 'SHA-256 of its file';
