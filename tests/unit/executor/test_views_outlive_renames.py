"""Views over tables, columns and schemas that are renamed, and over tables that gain columns."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from borealis.catalog.catalog import Catalog
from borealis.catalog.relations import Column, Table
from borealis.executor.testing import EmbeddedEngine
from borealis.sql.bind import bind
from borealis.sql.bound.relations import TableRelation
from borealis.sql.bound.statements import Select
from borealis.sql.parse import parse


@pytest.fixture(scope="module")
def catalog() -> Iterator[Catalog]:
    with EmbeddedEngine() as engine:
        session = engine.session()
        session.run("CREATE TABLE base (id int PRIMARY KEY, a int, b text)")
        session.run("CREATE VIEW inner_view AS SELECT * FROM base WHERE base.a > 0 AND public.base.a < 9")
        session.run("CREATE VIEW outer_view AS SELECT id, b FROM inner_view NATURAL JOIN base")
        yield engine.engine.catalog


def _with_table(catalog: Catalog, table: Table) -> Catalog:
    return replace(catalog, tables=(table,))


def _columns(catalog: Catalog, sql: str) -> list[str]:
    bound = bind(parse(sql)[0], catalog)
    assert bound.columns is not None
    return [column.name for column in bound.columns]


def test_a_view_shows_its_own_names_whatever_the_table_and_its_columns_are_called(catalog: Catalog) -> None:
    (table,) = catalog.tables
    columns = tuple(replace(column, name=f"new_{column.name}") for column in table.columns)
    renamed = _with_table(catalog, replace(table, name="other", columns=columns))
    assert _columns(renamed, "SELECT * FROM inner_view") == ["id", "a", "b"]
    assert _columns(renamed, "SELECT * FROM outer_view") == ["id", "b"]


def test_a_view_is_over_the_table_it_was_written_for_even_where_another_takes_its_name(
    catalog: Catalog,
) -> None:
    (table,) = catalog.tables
    other = replace(table, oid=type(table.oid)(99_999))
    swapped = replace(catalog, tables=(replace(table, name="moved"), other))
    statement = bind(parse("SELECT id FROM inner_view")[0], swapped).statement
    assert isinstance(statement, Select)
    assert isinstance(statement.from_, TableRelation)
    assert statement.from_.table.name == "moved"


def test_a_column_added_later_changes_neither_a_star_nor_a_natural_join(catalog: Catalog) -> None:
    (table,) = catalog.tables
    added = Column(4, "c", table.columns[0].type, -1, False, None)
    grown = _with_table(catalog, replace(table, columns=(*table.columns, added)))
    assert _columns(grown, "SELECT * FROM inner_view") == ["id", "a", "b"]
    assert _columns(grown, "SELECT * FROM outer_view") == ["id", "b"]


def test_a_view_follows_a_table_into_another_schema(catalog: Catalog) -> None:
    (table,) = catalog.tables
    schema = replace(table.schema, name="elsewhere")
    moved = _with_table(catalog, replace(table, schema=schema))
    assert _columns(moved, "SELECT * FROM outer_view") == ["id", "b"]
