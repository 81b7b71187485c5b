"""smallint, integer, bigint: SQLite's own arithmetic under PostgreSQL's range checks."""
