"""Catalog rows: what rows_of writes, load_catalog reads back as the same values."""

from __future__ import annotations

from pathlib import Path

from borealis.catalog.constraints import Check, ForeignKey, ReferentialAction
from borealis.catalog.load import load_catalog
from borealis.catalog.objects import Comment, Domain, Function, FunctionArgument, Statistics
from borealis.catalog.relations import Column, Index, Sequence, Table, View
from borealis.catalog.rows import difference, rows_of
from borealis.catalog.schema import Schema
from borealis.transaction.intent import Mode
from borealis.transaction.testing import TestCluster
from borealis.types.base import Oid

SCHEMA = Schema(Oid(26400), "bank", Oid(15579))
OWNER = SCHEMA.owner
TABLE = Table(
    Oid(26401),
    "accounts",
    SCHEMA,
    OWNER,
    (
        Column(1, "id", Oid(20), -1, not_null=True, default=None, identity="a"),
        Column(2, "owner", Oid(25), -1, not_null=False, default='{"A_Const": {}}', domain=Oid(26420)),
        Column(3, "twice", Oid(20), -1, not_null=False, default="{}", generated="s", storage="e"),
    ),
    (Index(Oid(26402), "accounts_pkey", Oid(26401), (1,), True, True, False, (), True, Oid(26403)),),
    (Check(Oid(26404), "accounts_check", "{}", is_validated=False),),
    (
        ForeignKey(
            Oid(26405),
            "accounts_owner_fkey",
            Oid(26401),
            (2, 3),
            Oid(26401),
            (1, 3),
            Oid(26402),
            ReferentialAction.CASCADE,
            ReferentialAction.SET_NULL,
            match_full=True,
            is_deferrable=True,
            is_initially_deferred=True,
            is_validated=False,
            delete_set_columns=(2,),
        ),
    ),
)
VIEW = View(
    Oid(26406), "v", SCHEMA, OWNER, (Column(1, "x", Oid(23), -1, False, None),), "{}", ("bank", "public")
)
SEQUENCE = Sequence(
    Oid(26407), "s", SCHEMA, OWNER, 1, 2, 1, 100, 65536, True, (Oid(26401), 1), is_identity=True, generation=3
)
DOMAIN = Domain(
    Oid(26420), "name", SCHEMA, OWNER, Oid(25), -1, True, "{}", (Check(Oid(26421), "name_check", "{}"),)
)
FUNCTION = Function(
    Oid(26430),
    "f",
    SCHEMA,
    OWNER,
    (FunctionArgument("a", Oid(23), "i", "{}"), FunctionArgument("", Oid(25), "t")),
    Oid(2249),
    returns_set=True,
    volatility="s",
    is_strict=True,
    is_security_definer=True,
    parallel="s",
    source="SELECT 1",
    body="[]",
    settings=(("timezone", "UTC"),),
)
STATISTICS = Statistics(Oid(26440), "st", SCHEMA, OWNER, Oid(26401), (1, 2), "df", ("{}",), 50)
COMMENT = Comment(Oid(26401), Oid(1259), 2, "whose it is")
OBJECTS = (SCHEMA, TABLE, VIEW, SEQUENCE, DOMAIN, FUNCTION, STATISTICS, COMMENT)


def test_objects_come_back_out_of_their_rows(tmp_path: Path) -> None:
    with TestCluster(tmp_path) as cluster:
        cluster.ddl(difference((), OBJECTS))
        with cluster.snapshot() as snapshot:
            catalog = load_catalog(snapshot.reader.connection)
    assert SCHEMA in catalog.schemas
    found = (catalog.tables, catalog.views, catalog.sequences, catalog.domains)
    assert found == ((TABLE,), (VIEW,), (SEQUENCE,), (DOMAIN,))
    assert (catalog.functions, catalog.statistics, catalog.comments) == (
        (FUNCTION,),
        (STATISTICS,),
        (COMMENT,),
    )
    assert catalog.next_oid == 26441


def test_a_difference_is_what_changed() -> None:
    renamed = Schema(SCHEMA.oid, "other", OWNER)
    (change,) = difference((SCHEMA, TABLE), (renamed, TABLE))
    assert (change.mode, change.row) == (Mode.UPDATE, (26400, "other", 15579))
    dropped = difference((TABLE,), ())
    assert {change.mode for change in dropped} == {Mode.DELETE}
    assert len(dropped) == len(list(rows_of(TABLE)))
