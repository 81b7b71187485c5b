"""Connecting as roles of the catalog, under trust: who is let in, as whom, and what the session then may do."""

import asyncio
import io

import asyncpg
import pytest

from borealis.errors import InsufficientPrivilege, UndefinedObject
from borealis.node import Node


def embedded(path, script):
    async def main():
        async with Node.embedded(path) as node:
            async with node.connect() as admin:
                await admin.execute("CREATE TABLE t (id int PRIMARY KEY, v text)")
                await admin.execute("CREATE ROLE app WITH LOGIN")
            return await script(node)

    return asyncio.run(main())


async def dialled(node, user):
    return await asyncpg.connect(
        host=node.host, port=node.port, user=user, database="postgres", ssl=False, statement_cache_size=0
    )


def test_every_role_with_login_connects_and_is_the_current_user(tmp_path):
    async def script(node):
        connection = await dialled(node, "app")
        row = await connection.fetchrow("SELECT current_user::text, session_user::text, current_role::text")
        await connection.close()
        return tuple(row)

    assert embedded(tmp_path, script) == ("app", "app", "app")


def test_roles_without_login_and_names_of_no_role_are_refused(tmp_path):
    async def script(node):
        async with node.connect() as admin:
            await admin.execute("CREATE ROLE readers")
        told = []
        for user in ("readers", "nobody"):
            with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError) as caught:
                await dialled(node, user)
            told.append(str(caught.value).splitlines()[0])
        return told

    assert embedded(tmp_path, script) == [
        'role "readers" is not permitted to log in',
        'role "nobody" does not exist',
    ]


def test_a_read_by_key_that_was_prepared_hears_of_a_revocation(tmp_path):
    async def script(node):
        async with node.connect() as admin, node.connect("app") as app:
            await admin.query("INSERT INTO t VALUES (1, 'x')")
            await admin.execute("GRANT SELECT ON t TO app")
            assert await app.query("SELECT v FROM t WHERE id = $1", "1") == [("x",)]
            await admin.execute("REVOKE SELECT ON t FROM app")
            with pytest.raises(InsufficientPrivilege):
                await app.query("SELECT v FROM t WHERE id = $1", "1")
            assert await admin.query("SELECT v FROM t WHERE id = $1", "1") == [("x",)]

    embedded(tmp_path, script)


def test_a_dropped_role_can_run_nothing(tmp_path):
    async def script(node):
        async with node.connect() as admin, node.connect("app") as app:
            await app.query("SELECT 1")
            await admin.execute("DROP ROLE app")
            with pytest.raises(UndefinedObject):
                await app.query("SELECT 2")

    embedded(tmp_path, script)


@pytest.mark.parametrize(
    "statement",
    [
        "COPY t TO STDOUT",
        "COPY t (id) TO STDOUT",
        "COPY (SELECT * FROM t) TO STDOUT",
        "COPY t FROM STDIN",
        "TABLE t",
        "EXPLAIN SELECT (SELECT count(*) FROM t)",
        "SELECT * FROM generate_series(1, 2) AS g, LATERAL (SELECT * FROM t) AS x",
        "SELECT 1 ORDER BY (SELECT max(id) FROM t)",
        "VALUES ((SELECT max(id) FROM t))",
        "INSERT INTO own SELECT id FROM t",
        "UPDATE own SET id = (SELECT max(id) FROM t)",
        "DELETE FROM own USING t",
        "INSERT INTO own VALUES (1) RETURNING (SELECT max(id) FROM t)",
        "UPDATE tv SET id = 1",
    ],
)
def test_no_way_round(tmp_path, statement):
    async def script(node):
        async with node.connect() as admin:
            await admin.execute("CREATE TABLE own (id int)")
            await admin.execute("CREATE VIEW tv AS SELECT id FROM t")
            await admin.execute("GRANT ALL ON own TO app")
            await admin.execute("GRANT SELECT ON tv TO app")
        async with node.connect("app") as app:
            with pytest.raises(InsufficientPrivilege):
                await app.execute(statement)

    embedded(tmp_path, script)


@pytest.mark.parametrize(
    ("granted", "may_read", "may_write"),
    [
        ("SELECT", True, False),
        ("SELECT (id)", True, False),
        ("SELECT (v)", False, False),
        ("INSERT", False, True),
        ("INSERT (id)", False, True),
        ("INSERT (v)", False, False),
    ],
)
def test_copy_needs_the_columns_it_copies(tmp_path, granted, may_read, may_write):
    """As PostgreSQL 16.2 answers COPY t (id) TO STDOUT and FROM STDIN for each."""

    async def script(node):
        async with node.connect() as admin:
            await admin.execute(f"GRANT {granted} ON t TO app")
        done = []
        for direction in ("from", "to"):
            connection = await dialled(node, "app")
            try:
                if direction == "from":
                    await connection.copy_from_table("t", columns=["id"], output=io.BytesIO())
                else:
                    await connection.copy_to_table("t", columns=["id"], source=io.BytesIO(b"7\n"))
                done.append(True)
            except asyncpg.InsufficientPrivilegeError as error:
                assert str(error) == "permission denied for table t"
                done.append(False)
            await connection.close()
        return done

    assert embedded(tmp_path, script) == [may_read, may_write]
