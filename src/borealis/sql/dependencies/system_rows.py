"""System rows of pg_depend. What is built in has none there, as in PostgreSQL, where it is pinned; plpgsql's is an extension's."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.catalog.catalog import Catalog
from borealis.catalog.system.built_in import built_in_rows
from borealis.catalog.system.cluster import PG_EXTENSION, PLPGSQL
from borealis.catalog.system.relations import default_oid, rule_oid
from borealis.catalog.system.rows import SystemRow, produces
from borealis.sql.dependencies.address import Address
from borealis.sql.dependencies.graph import Graph
from borealis.storage.catalog_tables import PG_ATTRDEF, PG_PROC, PG_REWRITE


@produces("pg_depend")
def dependencies(catalog: Catalog) -> Iterator[SystemRow]:
    for one in Graph(catalog).all():
        objid, objsubid = shown(one.dependent)
        refobjid, refobjsubid = shown(one.referenced)
        yield {
            "classid": one.dependent.catalog,
            "objid": objid,
            "objsubid": objsubid,
            "refclassid": one.referenced.catalog,
            "refobjid": refobjid,
            "refobjsubid": refobjsubid,
            "deptype": one.kind.value,
        }
    for function in built_in_rows("pg_proc"):
        if str(function["proname"]).startswith("plpgsql_"):
            yield {
                "classid": PG_PROC,
                "objid": function["oid"],
                "objsubid": 0,
                "refclassid": PG_EXTENSION,
                "refobjid": PLPGSQL,
                "refobjsubid": 0,
                "deptype": "e",
            }


def shown(address: Address) -> tuple[int, int]:
    """Return oid and column as the other catalogs show them."""
    if address.catalog == PG_ATTRDEF:
        return default_oid(address.oid, address.column), 0
    if address.catalog == PG_REWRITE:
        return rule_oid(address.oid), 0
    return address.oid, address.column
