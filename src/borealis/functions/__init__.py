"""Functions: every PostgreSQL function and operator we support, table-driven.

Signatures are PostgreSQL's own (pg_proc.tsv and its sisters); what each does stands in one file a family, keyed by
pg_proc.prosrc or by its signature, as a SQLite template, an emitter or a Python function. A signature without an
implementation binds, and is refused by name.
"""
