"""ALTER TABLE of generated and identity columns and their sequences, planned on a catalog that has them.

Source: PostgreSQL 16.2's answers to the same statements.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from borealis.catalog.catalog import Catalog
from borealis.catalog.objects import Statistics
from borealis.catalog.relations import Sequence
from borealis.errors import DependentObjectsStillExist, SyntaxError_
from borealis.executor.testing import EmbeddedEngine
from borealis.sql.parse import parse
from borealis.sql.utility import Ddl, plan_ddl
from borealis.storage.catalog_tables import ATTRIBUTE, PG_ATTRDEF, PG_ATTRIBUTE, PG_SEQUENCE, PG_STATISTIC_EXT
from borealis.transaction.intent import Mode
from borealis.types.base import Oid


def _expression(text: str) -> str:
    node = parse(f"SELECT {text}")[0].node
    return json.dumps(node["targetList"][0]["ResTarget"]["val"])


@pytest.fixture(scope="module")
def catalog() -> Iterator[Catalog]:
    """g (id identity, a, b = a * 2, c = g.a + 1, n identity), statistics on (g.a + c)."""
    with EmbeddedEngine() as engine:
        engine.session().run("CREATE TABLE g (id bigint PRIMARY KEY, a int, b int, c int, n bigint)")
        found = engine.engine.catalog
        (table,) = found.tables
        identity, a, b, c, n = table.columns
        columns = (
            replace(identity, identity="a"),
            a,
            replace(b, generated="s", default=_expression("a * 2")),
            replace(c, generated="s", default=_expression("g.a + 1")),
            replace(n, identity="d", not_null=True),
        )
        sequence = Sequence(
            Oid(90_000), "g_n_seq", table.schema, table.owner, 1, 1, 1, 9, 1,
            owned_by=(table.oid, 5), is_identity=True,
        )  # fmt: skip
        statistics = Statistics(
            Oid(90_001), "g_stat", table.schema, table.owner, table.oid, (3,), "e", (_expression("g.a + c"),)
        )
        yield replace(
            found,
            tables=(replace(table, columns=columns),),
            sequences=(sequence,),
            statistics=(statistics,),
        )


def planned(catalog: Catalog, sql: str) -> Ddl:
    return plan_ddl(parse(sql)[0], catalog)


def dropped(ddl: Ddl) -> list[str]:
    place = ATTRIBUTE.ordinal("attisdropped")
    return [
        str(change.row[ATTRIBUTE.ordinal("attname")])
        for change in ddl.changes
        if change.table == PG_ATTRIBUTE and change.row is not None and change.row[place]
    ]


@pytest.mark.parametrize("sql", ["ALTER TABLE g RENAME a TO z", "ALTER TABLE g RENAME TO z"])
def test_a_rename_reaches_generated_columns_and_statistics(catalog: Catalog, sql: str) -> None:
    ddl = planned(catalog, sql)
    written = {
        (change.table, change.key[-1]): str(change.row).replace("\\", "")
        for change in ddl.changes
        if change.table in (PG_ATTRDEF, PG_STATISTIC_EXT)
    }
    renames_column = "RENAME a" in sql
    assert set(written) == {
        *([(PG_ATTRDEF, 3)] if renames_column else []),
        (PG_ATTRDEF, 4),
        (PG_STATISTIC_EXT, 90_001),
    }
    assert all('"sval": "z"' in text for text in written.values())
    assert all(('"sval": "a"' in text) != renames_column for text in written.values())


def test_a_column_that_others_are_generated_from_goes_by_cascade(catalog: Catalog) -> None:
    with pytest.raises(DependentObjectsStillExist) as raised:
        planned(catalog, "ALTER TABLE g DROP COLUMN a")
    assert raised.value.detail == (
        "column b of table g depends on column a of table g\ncolumn c of table g depends on column a of table g"
    )
    ddl = planned(catalog, "ALTER TABLE g DROP COLUMN a CASCADE")
    assert sorted(dropped(ddl)) == [f"........pg.dropped.{attnum}........" for attnum in (2, 3, 4)]
    gone = {(change.table, change.key[-1]) for change in ddl.changes if change.mode is Mode.DELETE}
    assert gone == {(PG_ATTRDEF, 3), (PG_ATTRDEF, 4), (PG_STATISTIC_EXT, 90_001)}


def test_a_sequence_goes_with_the_column_that_owns_it(catalog: Catalog) -> None:
    ddl = planned(catalog, "ALTER TABLE g DROP COLUMN n")
    assert (PG_SEQUENCE, (90_000,)) in {
        (change.table, change.key) for change in ddl.changes if change.mode is Mode.DELETE
    }


def test_an_expression_dropped_leaves_a_plain_column(catalog: Catalog) -> None:
    changes = {
        change.table: change for change in planned(catalog, "ALTER TABLE g ALTER c DROP EXPRESSION").changes
    }
    attribute, default = changes[PG_ATTRIBUTE], changes[PG_ATTRDEF]
    assert default.mode is Mode.DELETE
    assert attribute.row is not None
    assert attribute.row[ATTRIBUTE.ordinal("attgenerated")] == ""


@pytest.mark.parametrize(("sql", "text", "hint"), [
    ("ALTER b SET DEFAULT 5", 'column "b" of relation "g" is a generated column', None),
    ("ALTER b DROP DEFAULT", 'column "b" of relation "g" is a generated column',
     "Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead."),
    ("ALTER id SET DEFAULT 5", 'column "id" of relation "g" is an identity column', None),
    ("ALTER id DROP DEFAULT", 'column "id" of relation "g" is an identity column',
     "Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead."),
    ("ALTER id DROP NOT NULL", 'column "id" of relation "g" is an identity column', None),
    ("ALTER n DROP NOT NULL", 'column "n" of relation "g" is an identity column', None),
])  # fmt: skip
def test_what_computed_columns_do_not_let_be_altered(
    catalog: Catalog, sql: str, text: str, hint: str | None
) -> None:
    with pytest.raises(SyntaxError_) as raised:
        planned(catalog, f"ALTER TABLE g {sql}")
    assert (raised.value.message, raised.value.hint) == (text, hint)
