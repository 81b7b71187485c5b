"""ORDER BY, DISTINCT ON, LIMIT and OFFSET.

ORDER BY names an output column, its ordinal, or any expression over FROM; GROUP BY takes FROM's names before output names.
Source: PostgreSQL 16 documentation, SELECT.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.errors import (
    AmbiguousColumn,
    InvalidColumnReference,
    InvalidRowCountInLimit,
    SyntaxError_,
    UndefinedFunction,
    WrongObjectType,
)
from borealis.sql.bind.coerce import coerce_to_bigint, resolve_unknown
from borealis.sql.bind.composites import shape_of
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.level import Level
from borealis.sql.bound.expressions import Const, Expr, SortKey
from borealis.sql.bound.statements import Target
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.registry import format_type
from borealis.types.row_types import is_row_type

_UNSORTABLE = frozenset((oids.JSON,))


def bind_sort_direction(context: BindContext, expr: Expr, sort_by: Node) -> SortKey:
    """Read ASC, DESC, NULLS FIRST and USING around an expression."""
    check_sortable(context, expr)
    direction = sort_by.get("sortby_dir", "SORTBY_DEFAULT")
    descending = direction == "SORTBY_DESC"
    if direction == "SORTBY_USING":
        descending = _is_greater_than(context, expr, sort_by)
    nulls = sort_by.get("sortby_nulls", "SORTBY_NULLS_DEFAULT")
    nulls_first = descending if nulls == "SORTBY_NULLS_DEFAULT" else nulls == "SORTBY_NULLS_FIRST"
    return SortKey(expr, descending, nulls_first)


def _is_greater_than(context: BindContext, expr: Expr, sort_by: Node) -> bool:
    """Read the operator of USING: the < or > of an order there is; ~<~ and ~>~ are text's, by bytes like its own."""
    from borealis.sql.bind.expressions.operators import bind_binary

    operator, position = sort_by["useOp"][-1]["String"]["sval"], context.position(sort_by)
    bind_binary(context, operator, expr, expr, position)
    if operator not in ("<", ">", "~<~", "~>~"):
        raise WrongObjectType(
            f"operator {operator} is not a valid ordering operator",
            hint='Ordering operators must be "<" or ">" members of btree operator families.',
            position=position,
        )
    return operator in (">", "~>~")


def check_sortable(context: BindContext, expr: Expr) -> None:
    if expr.type in _UNSORTABLE or _has_uncomparable_column(context, expr):
        raise UndefinedFunction(
            f"could not identify an ordering operator for type {format_type(expr.type, -1)}",
            hint="Use an explicit ordering operator or modify the query.",
            position=context.position_of(expr),
        )


def _has_uncomparable_column(context: BindContext, expr: Expr) -> bool:
    """Whether a row has a column whose type does not compare; anonymous records are found out when they are compared."""
    if not is_row_type(expr.type):
        return False
    shape = shape_of(context, expr)
    return shape is not None and any(type_ in _UNSORTABLE for type_ in shape.types)


def check_hashable(context: BindContext, expr: Expr) -> None:
    if expr.type in _UNSORTABLE or _has_uncomparable_column(context, expr):
        raise UndefinedFunction(
            f"could not identify an equality operator for type {format_type(expr.type, -1)}",
            position=context.position_of(expr),
        )


def bind_order(level: Level, nodes: Sequence[Node], targets: Sequence[Target]) -> tuple[SortKey, ...]:
    keys: list[SortKey] = []
    for node in nodes:
        sort_by = node["SortBy"]
        expr = find_output(level, sort_by["node"], targets, "ORDER BY")
        key = bind_sort_direction(level.context, expr, sort_by)
        if all(other.expr != key.expr for other in keys):
            keys.append(key)
    return tuple(keys)


def find_output(
    level: Level, node: Node, targets: Sequence[Target], clause: str, *, input_names_first: bool = False
) -> Expr:
    """Return what an item of ORDER BY, GROUP BY or DISTINCT ON means: an output column or an expression."""
    match node:
        case {"ColumnRef": {"fields": [{"String": {"sval": name}}]} as reference}:
            position = level.context.position(reference)
            if not (input_names_first and level.column(name, position) is not None):
                named = [target.expr for target in targets if target.name == name]
                if any(other != named[0] for other in named):
                    raise AmbiguousColumn(f'{clause} "{name}" is ambiguous', position=position)
                if named:
                    return named[0]
        case {"A_Const": constant}:
            position = level.context.position(constant)
            if "ival" not in constant:
                raise SyntaxError_(f"non-integer constant in {clause}", position=position)
            ordinal: int = constant["ival"].get("ival", 0)
            if not 1 <= ordinal <= len(targets):
                raise InvalidColumnReference(
                    f"{clause} position {ordinal} is not in select list", position=position
                )
            return targets[ordinal - 1].expr
    place, level.place = level.place, clause
    expr = resolve_unknown(level.context, bind_expr(level, node))
    level.place = place
    return expr


def bind_limit(level: Level, node: Node | None, clause: str) -> Expr | None:
    """Bind LIMIT or OFFSET: a bigint without columns of the query."""
    if node is None:
        return None
    place, level.place = level.place, clause
    expr = bind_expr(level, node)
    level.place = place
    if isinstance(expr, Const) and expr.value is None:
        return None
    from borealis.sql.bind.walk import relations_in

    if relations_in(expr) & level.relation_ids:
        raise InvalidColumnReference(
            f"argument of {clause} must not contain variables", position=level.context.position_of(expr)
        )
    return coerce_to_bigint(level.context, expr, clause, None)


def bind_ties(level: Level, node: Node) -> bool:
    """Return whether LIMIT is FETCH FIRST … WITH TIES, which wants a number of rows and an ORDER BY."""
    if node.get("limitOption") != "LIMIT_OPTION_WITH_TIES":
        return False
    match node.get("limitCount"):
        case None | {"A_Const": {"isnull": True}}:
            raise InvalidRowCountInLimit(
                "row count cannot be null in FETCH FIRST ... WITH TIES clause",
            )
    if not node.get("sortClause"):
        raise SyntaxError_("WITH TIES cannot be specified without ORDER BY clause")
    return True
