"""pg_get_expr: the expression a value of pg_node_tree refers to (catalog/system/references.py)."""

from __future__ import annotations

from borealis.catalog.system.references import read_reference
from borealis.functions.catalogs.shown import definitions, index_with_oid
from borealis.functions.implementation import Context, scalar
from borealis.types.base import Oid, Value


@scalar("pg_get_expr", "pg_get_expr_ext", context=True, deterministic=False)
def pg_get_expr(context: Context, text: str, relation: int, pretty: int = 0) -> Value:
    found = read_reference(text)
    if found is None:
        return None
    kind, numbers = found
    match kind:
        case "DEFAULT":
            return _default(context, *numbers, pretty=bool(pretty))
        case "CHECK":
            return _check(context, *numbers, pretty=bool(pretty))
        case "KEYS" | "PREDICATE":
            return _of_index(context, kind, *numbers, pretty=bool(pretty))
        case "TYPDEFAULT":
            return domain_default(context, *numbers)
    return None


def _default(context: Context, relation: int, attnum: int, *, pretty: bool) -> Value:
    table = context.catalog.tables_by_oid.get(Oid(relation))
    if table is None or table.columns[attnum - 1].default is None:
        return None
    return definitions(context).default(table, table.columns[attnum - 1], pretty=pretty)


def _check(context: Context, oid: int, *, pretty: bool) -> Value:
    for table in context.catalog.tables:
        for check in table.checks:
            if check.oid == oid:
                return definitions(context).check(table, check.expression, pretty=pretty)
    for domain in context.catalog.domains:
        for check in domain.checks:
            if check.oid == oid:
                return definitions(context).domain_check(domain, check.expression, pretty=pretty)
    return None


def _of_index(context: Context, kind: str, oid: int, *, pretty: bool) -> Value:
    found = index_with_oid(context, oid)
    if found is None:
        return None
    table, index = found
    shown = definitions(context)
    if kind == "PREDICATE":
        return None if index.predicate is None else shown.check(table, index.predicate, pretty=pretty)
    return ", ".join(shown.expression(table, one.source, pretty=pretty) for one in index.expressions)


def domain_default(context: Context, oid: int) -> Value:
    domain = context.catalog.domains_by_oid.get(Oid(oid))
    if domain is None or domain.default is None:
        return None
    return definitions(context).constant(domain.default, domain.base_type)
