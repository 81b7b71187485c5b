"""pg_get_viewdef in its forms, and pg_get_ruledef."""

from __future__ import annotations

from borealis.catalog.relations import View
from borealis.functions.catalogs.shown import definitions, relation_name
from borealis.functions.implementation import Context, scalar
from borealis.settings.identifiers import quote_identifier
from borealis.types import oids
from borealis.types.base import Oid, Value
from borealis.types.registry import type_of

_RULE_OIDS = 1 << 29  # catalog/system/relations.py numbers rules so


@scalar("pg_get_viewdef", "pg_get_viewdef_ext", context=True, deterministic=False)
def pg_get_viewdef(context: Context, oid: int, pretty: int = 0) -> Value:
    view = context.catalog.relations_by_oid.get(Oid(oid))
    return definitions(context).view(view, pretty=bool(pretty)) if isinstance(view, View) else None


@scalar("pg_get_viewdef_wrap", context=True, deterministic=False)
def pg_get_viewdef_wrap(context: Context, oid: int, width: int) -> Value:
    """Return the pretty form. Lines are not gathered up to the width: each item has its own, as for width 0."""
    return pg_get_viewdef(context, oid, 1)


@scalar("pg_get_viewdef_name", "pg_get_viewdef_name_ext", context=True, deterministic=False)
def pg_get_viewdef_name(context: Context, name: str, pretty: int = 0) -> Value:
    oid = type_of(oids.REGCLASS).decode_text(name, context.style)
    return pg_get_viewdef(context, int(str(oid)), pretty)


@scalar("pg_get_ruledef", "pg_get_ruledef_ext", context=True, deterministic=False)
def pg_get_ruledef(context: Context, oid: int, pretty: int = 0) -> Value:
    view = context.catalog.relations_by_oid.get(Oid(oid - _RULE_OIDS))
    if not isinstance(view, View):
        return None
    query = definitions(context).view(view, pretty=bool(pretty))
    name = relation_name(context, view, always=not pretty)
    return f"CREATE RULE {quote_identifier('_RETURN')} AS\n    ON SELECT TO {name} DO INSTEAD {query}"
