"""Runs every golden script against Borealis; see script.py for the format.

UPDATE_GOLDEN=1 rewrites: shared SQL (`# oracle: postgresql`) from a real PostgreSQL 16, never from Borealis; the others
from Borealis, to be read line by line against the source each names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg import pq

from .judges import UPDATE, connect_to, running_postgresql
from .script import Runner, read_script, rewrite

HERE = Path(__file__).parent
SCRIPTS = sorted(path for path in HERE.rglob("*.script"))


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Callable[..., pq.PGconn]]:
    pytest.importorskip("pgserver")
    with running_postgresql() as connect:
        yield connect


@pytest.fixture(scope="module")
def postgresql_as_admin(postgresql: Callable[..., pq.PGconn]) -> Callable[..., pq.PGconn]:
    """PostgreSQL as a role like DSQL's admin: no superuser, but it makes roles, and the database and public are its."""
    connection = postgresql(None)
    for statement in (
        "CREATE ROLE admin LOGIN CREATEROLE",
        "ALTER DATABASE postgres OWNER TO admin",
        "ALTER SCHEMA public OWNER TO admin",
    ):
        assert connection.exec_(statement.encode()).status == pq.ExecStatus.COMMAND_OK
    host = connection.host.decode()
    connection.finish()
    return connect_to(f"host={host} user=admin dbname=postgres")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(HERE).with_suffix("")))
def test_script(path: Path, node_conninfo: str, request: pytest.FixtureRequest) -> None:
    script = read_script(path)
    if UPDATE:
        judge = connect_to(node_conninfo)
        if script.is_shared:
            judge = request.getfixturevalue("postgresql_as_admin" if script.is_admins else "postgresql")
        path.write_text(rewrite(script, Runner(judge).run(script)))
        return
    outputs = Runner(connect_to(node_conninfo)).run(script)
    assert rewrite(script, outputs) == rewrite(script, [block.expected for block in script.blocks])
