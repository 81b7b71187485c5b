"""Subqueries in expressions: EXISTS, scalar, ARRAY, and ANY and ALL with SQL's NULL logic.

x IN (SELECT …)         where = is SQLite's: IN, whose NULLs are PostgreSQL's
x op ANY (SELECT …)     where only truth counts: EXISTS (SELECT 1 FROM (…) WHERE x op c1)
                        else one pass over all comparisons b: TRUE if any, else NULL if any is NULL, else FALSE
(SELECT …)              SQLite takes the first row silently; unless there can be but one, a guard raises 21000
"""

from __future__ import annotations

from borealis.errors import InternalError
from borealis.executor.compile import cardinality, comparison
from borealis.executor.compile.compilation import Compilation, CompiledQuery, compiles
from borealis.executor.compile.elements import element_text
from borealis.executor.compile.trees import conjuncts, relations_named
from borealis.functions.implementation import Sql, plain
from borealis.planner.terms import stripped
from borealis.sql.bound import expressions as bound
from borealis.sql.bound.expressions import SubLinkKind
from borealis.types.registry import type_of


@compiles(bound.SubLink)
def sublink(compilation: Compilation, node: bound.SubLink) -> Sql:
    match node.kind:
        case SubLinkKind.EXISTS:
            return Sql(f"EXISTS ({compilation.query(node.query).text})")
        case SubLinkKind.SCALAR:
            return _scalar(compilation, node)
        case SubLinkKind.ARRAY:
            return _array(compilation, node)
        case SubLinkKind.ANY:
            return Sql(_in(compilation, node) or _any(compilation, node))
        case SubLinkKind.ALL:
            return Sql(_all(compilation, node))


def sublink_condition(compilation: Compilation, node: bound.SubLink) -> str:
    """Return text that is true where the sublink is; NULL may come out as FALSE."""
    if node.kind is not SubLinkKind.ANY:
        return compilation.expr(node).text
    native = _in(compilation, node)
    if native is not None:
        return native
    rows, name = _rows(compilation, node)
    from borealis.executor.compile.conditions import condition

    return f"EXISTS (SELECT 1 FROM ({rows.text}) AS {name} WHERE {condition(compilation, _comparison(node))})"


def _scalar(compilation: Compilation, node: bound.SubLink) -> Sql:
    query = compilation.query(node.query)
    representation = query.outputs[0].representation
    if cardinality.is_single(node.query):
        return Sql(f"({query.text})", representation)
    # max() of one row is the row's value; of two, the guard has raised. LIMIT 2: no more rows are needed to know.
    return Sql(
        f"(SELECT CASE WHEN count(*) > 1 THEN pg_two_rows() ELSE max(c1) END FROM (SELECT c1 FROM ({query.text}) LIMIT 2))",
        representation,
    )


def _array(compilation: Compilation, node: bound.SubLink) -> Sql:
    query = compilation.query(node.query)
    output = query.outputs[0]
    if type_of(output.type).category == "A":
        return Sql(f"(SELECT coalesce(pg_array_agg_anyarray(c1), '[]') FROM ({query.text}))")
    element = element_text(plain(Sql("c1", output.representation)).text, output.type)
    return Sql(f"(SELECT json_group_array({element}) FROM ({query.text}))")


def _comparison(node: bound.SubLink) -> bound.Expr:
    if node.comparison is None:
        raise InternalError("ANY or ALL without a comparison")
    return node.comparison


def _rows(compilation: Compilation, node: bound.SubLink) -> tuple[CompiledQuery, str]:
    """Compile the subquery and bring its columns into scope, as the relation its comparison names."""
    query = compilation.query(node.query)
    name = f"r{node.relation}"
    compilation.define(
        node.relation,
        {n: Sql(f"{name}.c{n}", output.representation) for n, output in enumerate(query.outputs, 1)},
    )
    return query, name


def _in(compilation: Compilation, node: bound.SubLink) -> str | None:
    """Return `x IN (…)` or `(x, y) IN (…)` where every comparison is SQLite's own = with the n-th column, in order."""
    lefts = []
    for ordinal, term in enumerate(conjuncts(_comparison(node)), 1):
        operands = comparison.equality_operands(term)
        if operands is None or node.relation in relations_named(operands[0]):
            return None
        match stripped(operands[1]):
            case bound.Var(relation=node.relation, attnum=attnum) if attnum == ordinal:
                lefts.append(operands[0])
            case _:
                return None
    query = compilation.query(node.query)
    if len(query.outputs) != len(lefts):
        return None
    left = ", ".join(compilation.expr(each).text for each in lefts)
    return f"({left if len(lefts) == 1 else f'({left})'} IN ({query.text}))"


def _any(compilation: Compilation, node: bound.SubLink) -> str:
    rows, name = _rows(compilation, node)
    test = compilation.expr(_comparison(node)).text
    return (
        "(SELECT CASE WHEN max(b) THEN 1 WHEN count(*) = count(b) THEN 0 END "
        f"FROM (SELECT {test} AS b FROM ({rows.text}) AS {name}))"
    )


def _all(compilation: Compilation, node: bound.SubLink) -> str:
    rows, name = _rows(compilation, node)
    test = compilation.expr(_comparison(node)).text
    return (
        "(SELECT CASE WHEN NOT min(b) THEN 0 WHEN count(*) = count(b) THEN 1 END "
        f"FROM (SELECT {test} AS b FROM ({rows.text}) AS {name}))"
    )
