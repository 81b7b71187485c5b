"""Limits of views; what of views, domains and functions is refused, and in which words. Source: dsql-facts.md §3.3, §4.2."""

from dataclasses import replace

import pytest

from borealis import limits
from borealis.catalog.catalog import Catalog
from borealis.catalog.relations import View
from borealis.catalog.roles import ADMIN
from borealis.catalog.schema import Schema
from borealis.errors import FeatureNotSupported, ProgramLimitExceeded
from borealis.sql.parse import parse
from borealis.sql.utility import plan_ddl
from borealis.types.base import Oid

PUBLIC = Schema(Oid(2200), "public", ADMIN.oid)
CATALOG = Catalog(1, Oid(20_000), (PUBLIC,))


def plan(sql: str, catalog: Catalog = CATALOG) -> str:
    return plan_ddl(parse(sql)[0], catalog).tag


def test_a_definition_of_half_a_mebibyte_is_too_large() -> None:
    assert plan(f"CREATE VIEW v AS SELECT '{'x' * 500_000}' AS long") == "CREATE VIEW"
    with pytest.raises(ProgramLimitExceeded) as raised:
        plan(f"CREATE VIEW v AS SELECT '{'x' * 530_000}' AS long")
    assert raised.value.message == "view definition too large"


def test_a_database_has_at_most_5000_views() -> None:
    views = tuple(
        View(Oid(20_000 + n), f"v{n}", PUBLIC, Oid(10), (), "{}", ("public",))
        for n in range(limits.VIEWS_MAX)
    )
    almost = replace(CATALOG, views=views[1:])
    assert plan("CREATE VIEW one_more AS SELECT 1", almost) == "CREATE VIEW"
    with pytest.raises(ProgramLimitExceeded) as raised:
        plan("CREATE VIEW one_more AS SELECT 1", replace(CATALOG, views=views))
    assert raised.value.message == "creating more than 5000 views not allowed"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("CREATE TEMP VIEW v AS SELECT 1", "TEMPORARY or TEMP view not supported for CREATE VIEW"),
        ("CREATE VIEW v WITH (security_barrier) AS SELECT 1", "WITH clause not supported for CREATE VIEW"),
        (
            "CREATE VIEW v AS SELECT 1 WITH CHECK OPTION",
            "WITH CHECK OPTION clause not supported for CREATE VIEW",
        ),
        ("DROP DOMAIN d CASCADE", "DROP DOMAIN with CASCADE unsupported"),
        ("ALTER DOMAIN d SET NOT NULL", "unsupported ALTER DOMAIN SET NOT NULL statement"),
        ("ALTER DOMAIN d ADD CHECK (VALUE > 1)", "unsupported ALTER DOMAIN ADD CONSTRAINT statement"),
        ('CREATE DOMAIN d AS text COLLATE "C"', "COLLATE clause not supported"),
        ("CREATE DOMAIN d AS money", "datatype money not supported"),
        (
            "CREATE FUNCTION f() RETURNS record LANGUAGE sql AS 'SELECT 1, 2'",
            "unsupported statement: CompositeType",
        ),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT f()'",
            "recursive call of function f not supported",
        ),
    ],
)
def test_what_dsql_does_not_have_is_refused_by_name(sql: str, message: str) -> None:
    with pytest.raises(FeatureNotSupported) as raised:
        plan(sql)
    assert raised.value.message == message
