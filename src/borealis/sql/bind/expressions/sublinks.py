"""Subqueries in expressions: EXISTS, scalar, IN, op ANY, op ALL, ARRAY(…)."""

from __future__ import annotations

from borealis.errors import FeatureNotSupported, SyntaxError_
from borealis.sql.bind.expressions.conditionals import conjunction
from borealis.sql.bind.expressions.dispatch import bind_expr, binds
from borealis.sql.bind.expressions.operators import bind_binary, operator_name
from borealis.sql.bind.level import Level, var_columns
from borealis.sql.bound.expressions import Expr, Row, SubLink, SubLinkKind, Var
from borealis.sql.bound.relations import RelationColumn, SubqueryRelation
from borealis.sql.bound.statements import Select, Target
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.registry import type_of


@binds("SubLink")
def bind_sublink(level: Level, node: Node) -> Expr:
    from borealis.sql.bind.query import bind_subquery

    position = level.context.position(node)
    query, columns = bind_subquery(level, node["subselect"])
    match node["subLinkType"]:
        case "EXISTS_SUBLINK":
            return level.context.remember(SubLink(oids.BOOL, -1, SubLinkKind.EXISTS, query), position)
        case "EXPR_SUBLINK":
            column = _single_column(columns, position)
            return level.context.remember(
                SubLink(column.type, column.typmod, SubLinkKind.SCALAR, query), position
            )
        case "ARRAY_SUBLINK":
            column = _single_column(columns, position)
            array = column.type if type_of(column.type).category == "A" else type_of(column.type).array
            if not array:
                raise FeatureNotSupported(
                    f"could not find array type for data type {type_of(column.type).sql_name}",
                    position=position,
                )
            return level.context.remember(SubLink(array, -1, SubLinkKind.ARRAY, query), position)
        case "ANY_SUBLINK" | "ALL_SUBLINK" as kind:
            name = operator_name({"name": node["operName"]}) if "operName" in node else "="
            return _bind_quantified(
                level, node, name, SubLinkKind(kind.removesuffix("_SUBLINK")), query, columns
            )
    raise FeatureNotSupported(f"subquery {node['subLinkType']} not supported", position=position)


def compare_with_subquery(level: Level, name: str, row: Node, node: Node, position: int | None) -> Expr:
    """Bind `ROW(a, b) op (SELECT x, y)`: the comparison over the subquery's row, NULL where there is none."""
    from borealis.sql.bind.query import bind_subquery

    context = level.context
    left = bind_expr(level, row)
    assert isinstance(left, Row)
    query, columns = bind_subquery(level, node["subselect"])
    if len(left.args) != len(columns):
        few = "few" if len(columns) < len(left.args) else "many"
        raise SyntaxError_(f"subquery has too {few} columns", position=position)
    relation = context.new_id()
    rights = tuple(column.expr for column in var_columns(relation, columns))
    comparison = bind_binary(context, name, left, Row(oids.RECORD, -1, rights, left.names), position)
    compared = Select((Target(comparison, "?column?"),), SubqueryRelation(relation, "", query, columns))
    return SubLink(oids.BOOL, -1, SubLinkKind.SCALAR, compared)


def _bind_quantified(
    level: Level,
    node: Node,
    name: str,
    kind: SubLinkKind,
    query: object,
    columns: tuple[RelationColumn, ...],
) -> Expr:
    context = level.context
    position = context.position(node)
    left = bind_expr(level, node["testexpr"])
    lefts = left.args if isinstance(left, Row) else (left,)
    if len(lefts) < len(columns):
        raise SyntaxError_("subquery has too many columns", position=position)
    if len(lefts) > len(columns):
        raise SyntaxError_("subquery has too few columns", position=position)
    relation = context.new_id()
    rights = tuple(
        Var(column.type, column.typmod, relation, ordinal) for ordinal, column in enumerate(columns, 1)
    )
    if len(lefts) == 1:
        comparison = bind_binary(context, name, lefts[0], rights[0], position)
    elif name in ("=", "<>"):
        tests = [bind_binary(context, name, a, b, position) for a, b in zip(lefts, rights, strict=True)]
        from borealis.sql.bound.expressions import BoolOp

        comparison = conjunction(tests, BoolOp.AND if name == "=" else BoolOp.OR)
    else:
        names = tuple(f"f{n}" for n in range(1, len(rights) + 1))
        comparison = bind_binary(
            context, name, Row(oids.RECORD, -1, lefts, names), Row(oids.RECORD, -1, rights, names), position
        )
    return SubLink(oids.BOOL, -1, kind, query, relation, comparison)  # type: ignore[arg-type]


def _single_column(columns: tuple[RelationColumn, ...], position: int | None) -> RelationColumn:
    if len(columns) != 1:
        raise SyntaxError_("subquery must return only one column", position=position)
    return columns[0]
