"""The system catalogs as PostgreSQL's clients read them: tables of pg_catalog, each a function from a Catalog to rows.

    tables      SystemTable: names, columns and oids of PostgreSQL 16's catalogs (columns.tsv)
    rows        the registry: which function gives a table's rows; a table without one is empty, as is what it would list
    built_in    what is built in: types, functions, operators (static/*.tsv)
    relations, constraints, objects, cluster    what the Catalog holds
    views/      pg_catalog's and information_schema's views, in SQL over these

tools/dump_system_catalogs.py writes the data from a PostgreSQL 16.
"""

from borealis.catalog.system import cluster, constraints, objects, relations
from borealis.catalog.system.rows import rows_of
from borealis.catalog.system.tables import SystemTable, system_table, system_tables

__all__ = [
    "SystemTable",
    "cluster",
    "constraints",
    "objects",
    "relations",
    "rows_of",
    "system_table",
    "system_tables",
]
