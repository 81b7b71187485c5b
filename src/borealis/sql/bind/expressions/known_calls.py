"""Calls whose value the statement itself fixes: current_query(), COLLATION FOR."""

from __future__ import annotations

from collections.abc import Callable

from borealis.errors import DatatypeMismatch
from borealis.sql.bind.context import BindContext
from borealis.sql.bound.expressions import Const, Expr
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.registry import format_type, type_of


def _current_query(context: BindContext, node: Node, args: tuple[Expr, ...]) -> Expr:
    """The text of the whole message."""
    context.is_cacheable = False  # the same statement may come in another message
    return Const(oids.TEXT, -1, context.text)


def _collation_for(context: BindContext, node: Node, args: tuple[Expr, ...]) -> Expr:
    """The collation as SQL writes it: what COLLATE says, else the type's own; NULL of a bare literal.

    Raises: DatatypeMismatch 42804, the type has none.
    """
    type_ = args[0].type
    if type_ == oids.UNKNOWN:
        return Const(oids.TEXT, -1, None)
    element = type_of(type_).element
    if type_ not in _COLLATED and element not in _COLLATED:
        raise DatatypeMismatch(f"collations are not supported by type {format_type(type_)}")
    match node["args"][0]:
        case {"CollateClause": {"collname": [*_, {"String": {"sval": name}}]}}:
            return Const(oids.TEXT, -1, f'"{name}"' if name != "ucs_basic" else name)
    is_name = oids.NAME in (type_, element)
    return Const(oids.TEXT, -1, '"C"' if is_name else '"default"')


_COLLATED = frozenset((oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME))

KNOWN_CALLS: dict[str, Callable[[BindContext, Node, tuple[Expr, ...]], Expr]] = {
    "current_query": _current_query,
    "pg_collation_for": _collation_for,
}
