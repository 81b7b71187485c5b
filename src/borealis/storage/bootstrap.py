"""Bootstrap: the tables and rows a new cluster starts with."""

from __future__ import annotations

import apsw

from borealis.storage.catalog_rows import catalog_layout
from borealis.storage.catalog_tables import CATALOG_TABLES, FIRST_USER_OID
from borealis.storage.files import APPLICATION_ID, FORMAT_VERSION

PAGE_BYTES = 4_096
"""Measured, docs/decisions/0005: 2 KiB pages commit transfers 20 % cheaper and scan 20 % slower."""

FIRST_SEQ = 1
FIRST_CATALOG_VERSION = 1

EXTENDED_STATISTICS = (
    "CREATE TABLE extended_statistics(statistics INTEGER PRIMARY KEY,relation,found,distinct_shown,dependencies_shown,"
    "most_common_shown)"
)
"""What ANALYZE has found of the objects of CREATE STATISTICS."""

_HOUSEKEEPING = (
    # The one row every snapshot begins with.
    "CREATE TABLE meta(seq,catalog_version,next_oid,cluster,statistics_version)",
    # When a relation was last changed: an older transaction that writes it fails with OC001.
    "CREATE TABLE relation_version(relation INTEGER PRIMARY KEY,catalog_version)",
    # Tables the catalog no longer names, emptied in small batches beside the running load.
    "CREATE TABLE abandoned(name PRIMARY KEY) WITHOUT ROWID",
    # Where sequences stand; numbers handed out are not taken back by any transaction.
    (
        "CREATE TABLE sequence_value(sequence INTEGER,generation INTEGER,last_value INTEGER,is_called INTEGER,"
        "PRIMARY KEY(sequence,generation)) WITHOUT ROWID"
    ),
    # What ANALYZE has found; no part of the catalog, so that no transaction minds it.
    "CREATE TABLE relation_statistics(relation INTEGER PRIMARY KEY,row_count,analyzed_us)",
    (
        "CREATE TABLE column_statistics(relation INTEGER,attnum INTEGER,null_fraction,width,distinct_count,most_common,"
        "frequencies,histogram,correlation,most_common_shown,frequencies_shown,histogram_shown,PRIMARY KEY(relation,attnum)) WITHOUT ROWID"
    ),
    EXTENDED_STATISTICS,
)


def write_first_rows(connection: apsw.Connection, cluster: str, page_bytes: int) -> None:
    """Fill an empty database, in one transaction; WAL mode is recorded in its header."""
    execute = connection.execute
    execute(f"PRAGMA page_size={page_bytes}")
    execute("PRAGMA journal_mode=WAL").fetchall()
    execute("PRAGMA synchronous=FULL")
    execute("BEGIN IMMEDIATE")
    execute(f"PRAGMA application_id={APPLICATION_ID}")
    execute(f"PRAGMA user_version={FORMAT_VERSION}")
    for statement in _HOUSEKEEPING:
        execute(statement)
    execute("INSERT INTO meta VALUES(?,?,?,?,0)", (FIRST_SEQ, FIRST_CATALOG_VERSION, FIRST_USER_OID, cluster))
    for table in CATALOG_TABLES:
        layout = catalog_layout(table)
        execute(layout.create)
        for row in table.rows:
            execute(layout.insert, (*row, FIRST_SEQ))
    execute("COMMIT")
