"""Booleans: AND, OR, NOT, IS … and IS DISTINCT FROM.

A boolean is 0, 1 or NULL in SQLite, whose logic is the same three-valued one. Where only truth counts (WHERE, ON, HAVING,
FILTER, WHEN), `condition` may answer FALSE for NULL, which lets subqueries be looked up by key.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.executor.compile import comparison, subqueries
from borealis.executor.compile.compilation import Compilation, compiles
from borealis.functions.implementation import Sql
from borealis.functions.ordering import uncollated
from borealis.sql.bound import expressions as bound
from borealis.sql.bound.expressions import BoolOp
from borealis.types import oids
from borealis.types.row_types import is_row_type


def condition(compilation: Compilation, node: bound.Expr) -> str:
    """Return text that is true exactly where the expression is; it may be FALSE for NULL."""
    match node:
        case bound.BoolExpr(op=BoolOp.AND | BoolOp.OR):
            return joined(node.op.value, [condition(compilation, arg) for arg in node.args])
        case bound.SubLink():
            return subqueries.sublink_condition(compilation, node)
        case bound.ScalarArray():
            from borealis.executor.compile import arrays

            return arrays.scalar_array_condition(compilation, node)
        case bound.FuncCall() if comparison.equality_operands(node):
            return equality(compilation, node)
        case _:
            return compilation.expr(node).text


def equality(compilation: Compilation, node: bound.FuncCall) -> str:
    """Return `a = b`; between columns of two relations written so that either can be looked up by the other.

    SQLite does not search an index on a column without affinity for a value of a column that has one. Only rowids have, and
    a + takes it away: `order_id = id AND order_id = +id` serves both directions.
    """
    text = compilation.expr(node).text
    left, right = node.args
    if not (isinstance(left, bound.Var) and isinstance(right, bound.Var)) or left.relation == right.relation:
        return text
    for column, other in ((left, right), (right, left)):
        affinity = compilation.affinities.get((column.relation, column.attnum), "")
        other_affinity = compilation.affinities.get((other.relation, other.attnum), "unknown")
        if affinity == "" and other_affinity != "":
            text = f"{text} AND {compilation.expr(column).text} = +{compilation.expr(other).text}"
    return f"({text})" if " AND " in text else text


def joined(op: str, terms: Sequence[str]) -> str:
    """Return `(a AND b AND …)`, balanced where it is long: SQLite limits the depth of a tree to 1,000.

    A constant that decides stands alone: SQLite would leave the rest out too, and then read `GROUP BY a AND 0` as an ordinal.
    """
    decides = "0" if op == "AND" else "1"
    if decides in terms:
        return decides
    if len(terms) == 1:
        return terms[0]
    if len(terms) > 64:
        middle = len(terms) // 2
        return f"({joined(op, terms[:middle])} {op} {joined(op, terms[middle:])})"
    return f"({f' {op} '.join(terms)})"


@compiles(bound.BoolExpr)
def bool_expr(compilation: Compilation, node: bound.BoolExpr) -> Sql:
    terms = [compilation.expr(arg).text for arg in node.args]
    if node.op is BoolOp.NOT:
        return Sql(f"(NOT {terms[0]})")
    return Sql(joined(node.op.value, terms))


@compiles(bound.NullTest)
def null_test(compilation: Compilation, node: bound.NullTest) -> Sql:
    text = compilation.expr(node.arg).text
    is_record = node.arg.type == oids.RECORD or is_row_type(node.arg.type)
    if is_record and not node.is_of_value:
        return Sql(f"pg_record_nulls({text}, {int(not node.negated)})")
    return Sql(f"({text} IS {'NOT ' if node.negated else ''}NULL)")


@compiles(bound.BooleanTest)
def boolean_test(compilation: Compilation, node: bound.BooleanTest) -> Sql:
    value = "NULL" if node.value is None else "TRUE" if node.value else "FALSE"
    return Sql(f"({compilation.expr(node.arg).text} IS {'NOT ' if node.negated else ''}{value})")


@compiles(bound.DistinctTest)
def distinct_test(compilation: Compilation, node: bound.DistinctTest) -> Sql:
    if node.left.type == oids.RECORD or is_row_type(node.left.type):
        texts = f"{compilation.expr(node.left).text}, {compilation.expr(node.right).text}"
        return Sql(f"({'NOT ' if node.negated else ''}pg_record_distinct({texts}))")
    left, right = comparison.comparable(
        (compilation.expr(node.left), compilation.expr(node.right)), (node.left.type, node.right.type)
    )
    return uncollated(f"({left} {'IS' if node.negated else 'IS NOT'} {right})")
