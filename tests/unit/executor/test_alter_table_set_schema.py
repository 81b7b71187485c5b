"""ALTER TABLE SET SCHEMA: what moves along, what speaks of the table, what is in the way.

Source: PostgreSQL 16.2's answers to the same statements.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from borealis.catalog.schema import Schema
from borealis.errors import (
    CheckViolation,
    DependentObjectsStillExist,
    DuplicateObject,
    DuplicateTable,
    InsufficientPrivilege,
    InvalidSchemaName,
    UndefinedTable,
    WrongObjectType,
)
from borealis.executor.testing import EmbeddedEngine, EngineSession
from borealis.sql.utility.ddl import Ddl
from borealis.types.base import Oid


@pytest.fixture
def session() -> Iterator[EngineSession]:
    with EmbeddedEngine() as engine:
        transaction = engine.engine.begin(engine.scope)
        catalog = transaction.catalog
        made = Schema(Oid(catalog.next_oid), "s", catalog.schemas_by_name["public"].owner)
        transaction.add_ddl(Ddl.replacing("CREATE SCHEMA", after=(made,)).changes)
        engine.loop.run_until_complete(transaction.commit())
        session = engine.session()
        session.run("CREATE TABLE moved (id int PRIMARY KEY, a int UNIQUE, CHECK (public.moved.a > 0))")
        session.run("INSERT INTO moved VALUES (1, 1)")
        yield session


def test_views_checks_and_keys_follow_the_table(session: EngineSession) -> None:
    session.run("CREATE VIEW over_moved AS SELECT a FROM moved WHERE moved.a < 9")
    session.run("CREATE TABLE referring (id int PRIMARY KEY, moved int REFERENCES moved)")
    session.run("ALTER TABLE moved SET SCHEMA s")
    assert (
        session.rows("SELECT * FROM s.moved") == session.rows("SELECT a, a FROM over_moved") == [("1", "1")]
    )
    with pytest.raises(UndefinedTable):
        session.run("SELECT * FROM moved")
    with pytest.raises(CheckViolation, match="moved_a_check"):
        session.run("INSERT INTO s.moved VALUES (2, -1)")
    definitions = (
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype <> 'p' AND conrelid IN ('s.moved'::regclass, 'referring'::regclass) ORDER BY 1"
    )
    assert session.rows(definitions) == [
        ("moved_a_check", "CHECK ((a > 0))"),
        ("moved_a_key", "UNIQUE (a)"),
        ("referring_moved_fkey", "FOREIGN KEY (moved) REFERENCES s.moved(id)"),
    ]
    assert session.rows("SELECT 's.moved_pkey'::regclass, 's.moved_a_key'::regclass") == [
        ("s.moved_pkey", "s.moved_a_key")
    ]
    session.run("ALTER TABLE s.moved SET SCHEMA s")
    with pytest.raises(DependentObjectsStillExist) as raised:
        session.run("ALTER TABLE s.moved DROP COLUMN a")
    assert raised.value.message == "cannot drop column a of table s.moved because other objects depend on it"
    assert raised.value.detail == "view over_moved depends on column a of table s.moved"
    session.run("ALTER TABLE s.moved SET SCHEMA public")
    session.run("INSERT INTO moved VALUES (2, 2)")


def test_names_that_are_taken_in_the_schema(session: EngineSession) -> None:
    session.run("ALTER TABLE moved SET SCHEMA s")
    session.run("CREATE VIEW moved AS SELECT 1 AS one")
    with pytest.raises(DuplicateTable, match='^relation "moved" already exists in schema "public"$'):
        session.run("ALTER TABLE s.moved SET SCHEMA public")
    session.run("DROP VIEW moved")
    session.run("CREATE DOMAIN moved AS int")
    with pytest.raises(DuplicateObject, match='^type "moved" already exists in schema "public"$'):
        session.run("ALTER TABLE s.moved SET SCHEMA public")
    session.run("DROP DOMAIN moved")
    session.run("CREATE TABLE x (id int CONSTRAINT moved_pkey PRIMARY KEY)")
    with pytest.raises(DuplicateTable, match='^relation "moved_pkey" already exists in schema "public"$'):
        session.run("ALTER TABLE s.moved SET SCHEMA public")


def test_what_cannot_move_or_where_to(session: EngineSession) -> None:
    with pytest.raises(WrongObjectType, match='cannot change schema of index "moved_pkey"') as raised:
        session.run("ALTER TABLE moved_pkey SET SCHEMA s")
    assert raised.value.hint == "Change the schema of the table instead."
    with pytest.raises(InvalidSchemaName, match='^schema "missing" does not exist$'):
        session.run("ALTER TABLE moved SET SCHEMA missing")
    with pytest.raises(InsufficientPrivilege):
        session.run("ALTER TABLE moved SET SCHEMA pg_catalog")
    with pytest.raises(UndefinedTable, match='^relation "missing" does not exist$'):
        session.run("ALTER TABLE missing SET SCHEMA s")
    assert session.run("ALTER TABLE IF EXISTS missing SET SCHEMA s").tag == "ALTER TABLE"
    session.run("CREATE VIEW v AS SELECT id FROM moved")
    session.run("ALTER TABLE v SET SCHEMA s")
    assert session.rows("SELECT * FROM s.v") == [("1",)]
