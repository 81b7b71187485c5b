"""Functions that look at the catalog: rows of the system tables, definitions, visibility, privileges, comments."""
