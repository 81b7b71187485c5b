"""Definitions as SQL text: stored expressions, constraints, indexes, in the words of PostgreSQL's pg_get_*def."""
