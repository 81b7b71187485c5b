"""The system views' columns as pg_attribute lists them are those the views give.

UPDATE_GOLDEN=1 writes the list anew, from the views; that they have PostgreSQL's columns is for the conformance cases.
"""

from __future__ import annotations

from pathlib import Path

from psycopg import pq

from borealis.catalog.system.system_views import COLUMNS
from borealis.catalog.system.tables import FOLDER
from borealis.sql.bind.system_views import system_views
from borealis.sql.registered.relations import system_relations

from .judges import UPDATE, connect_to


def test_views_are_listed_with_the_columns_they_give(node_conninfo: str) -> None:
    oids = {(schema, name): oid for oid, (schema, name, _) in system_relations().items()}
    connection = connect_to(node_conninfo)(None)
    lines = []
    for schema, name in sorted(system_views()):
        result = connection.exec_(f"SELECT * FROM {schema}.{name} LIMIT 0".encode())
        assert result.status == pq.ExecStatus.TUPLES_OK, (name, result.error_message)
        for n in range(result.nfields):
            column = (result.fname(n) or b"").decode()
            fields = (oids[schema, name], schema, name, n + 1, column, result.ftype(n), result.fmod(n))
            lines.append("\t".join(map(str, fields)) + "\n")
    text = "".join(lines)
    if UPDATE:
        Path(str(FOLDER.joinpath(COLUMNS))).write_text(text)
    assert FOLDER.joinpath(COLUMNS).read_text() == text, "run this test with UPDATE_GOLDEN=1"
