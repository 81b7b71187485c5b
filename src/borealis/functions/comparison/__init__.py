"""Comparison operators: native wherever a type's values stand so that SQLite's comparison is PostgreSQL's."""
