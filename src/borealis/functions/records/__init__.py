"""Records: made, taken apart, compared, read from text and from JSON. Source: PostgreSQL 16 documentation 8.16, 9.24.6."""
