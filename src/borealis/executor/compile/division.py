"""Division: a grouped query over one table as many small ones, each over a range of the key's first column, and one over their groups.

    SELECT f(a), count(*), sum(b) FROM t WHERE … GROUP BY f(a) HAVING … ORDER BY …

    part    SELECT f(a), count(*), sum(b) FROM t WHERE … AND key > ?1 AND key <= ?2 GROUP BY f(a)
    whole   SELECT g1, sum(p1), sum(p2) FROM (the parts' rows) GROUP BY g1 HAVING … ORDER BY …

SQLite groups by sorting, which costs two to three times as much where the rows do not fit the processor's caches, and runs on
one core; parts fit, and any number of threads may take them. Only what SQLite's own count, sum, min and max make up is
divided, over values that JSON carries as they are, and only where the query reads the whole table.

Must hold: `part` and `whole` give what the query gives; the order of rows without ORDER BY aside.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from borealis.catalog.relations import Table
from borealis.executor.compile import comparison, physical
from borealis.executor.compile.compilation import Compilation, CompiledStatement, NotDivisibleError, Partials
from borealis.executor.compile.conditions import condition
from borealis.executor.compile.from_items import from_clause
from borealis.executor.compile.parameters import RowValue
from borealis.executor.compile.select import select_over
from borealis.executor.compile.trees import any_node, children, is_constant, walk
from borealis.functions.implementation import Sql
from borealis.sql.bound.expressions import AggregateCall, Expr, FuncCall, SubLink, Var, WholeRow, WindowCall
from borealis.sql.bound.relations import TableRelation
from borealis.sql.bound.statements import Query, Select
from borealis.types import oids

_AGGREGATES = frozenset({"count", "sum", "avg", "min", "max", "bool_and", "bool_or", "every"})
_GROUPED_BY = frozenset(
    {oids.BOOL, oids.INT2, oids.INT4, oids.INT8, oids.TEXT, oids.VARCHAR, oids.BPCHAR}
    | {oids.DATE, oids.TIME, oids.TIMESTAMP, oids.TIMESTAMPTZ}
)
"""Types whose stored values JSON gives back as they were."""

_EXTREMES_OF = _GROUPED_BY | {oids.NUMERIC}
"""Likewise, for min and max; a numeric is divided only where it stands as a scaled integer."""


@dataclass(frozen=True, slots=True)
class Division:
    table: Table
    first: CompiledStatement
    """The part up to and with a key, its row's only value."""
    middle: CompiledStatement
    """The part behind one key, up to and with another."""
    last: CompiledStatement
    """The part behind a key."""
    whole: CompiledStatement
    """Over the parts' rows, as one JSON array of arrays."""
    first_bound: str
    """The key so many rows from the start: ?1 of them."""
    next_bound: str
    """The key ?2 rows behind the key ?1."""


def divide(node: Query) -> Division | None:
    """Return the division of a query that has one."""
    if not isinstance(node, Select) or not isinstance(node.from_, TableRelation):
        return None
    try:
        _check(node, node.from_)
        return _divide(node, node.from_)
    except NotDivisibleError:
        return None


def _check(node: Select, relation: TableRelation) -> None:
    """Raise NotDivisibleError for what the two levels could not say."""
    table = relation.table
    is_plain = node.is_grouped and not (node.distinct_on or node.with_ties or node.ctes or node.locks)
    if not is_plain or (node.having is not None and not node.group) or physical.is_catalog(table):
        raise NotDivisibleError
    key = table.primary_key
    if key is not None and _names(node.where, relation, key.columns[0]):
        raise NotDivisibleError  # a range of the key is cheaper read as one
    if key is not None and len(key.columns) > 1 and not node.group:
        raise NotDivisibleError  # finding the ranges' ends costs as much as a core gains, and nothing is sorted
    if any(is_constant(expr) or expr.type not in _GROUPED_BY for expr in node.group):
        raise NotDivisibleError
    if any_node(node, _hinders):
        raise NotDivisibleError
    exprs = [*(target.expr for target in node.targets), *(key.expr for key in node.order)]
    exprs += [] if node.having is None else [node.having]
    if not node.group and not any(isinstance(each, AggregateCall) for expr in exprs for each in walk(expr)):
        raise NotDivisibleError
    if not all(_is_covered(expr, node.group) for expr in exprs):
        raise NotDivisibleError


def _names(where: Expr | None, relation: TableRelation, attnum: int) -> bool:
    return where is not None and any_node(
        where,
        lambda each: isinstance(each, Var) and each.relation == relation.id and each.attnum == attnum,
    )


def _hinders(node: object) -> bool:
    if isinstance(node, AggregateCall):
        name, is_plain = node.function.name, not (node.distinct or node.order or node.direct_args)
        if not is_plain or name not in _AGGREGATES:
            return True
        return name in ("min", "max") and node.args[0].type not in _EXTREMES_OF
    if isinstance(node, FuncCall):
        return node.function.volatility != "i" or node.function.returns_set
    return isinstance(node, SubLink | WindowCall | WholeRow)


def _is_covered(node: object, group: tuple[Expr, ...]) -> bool:
    """Whether a tree names columns only inside GROUP BY's expressions and aggregates."""
    if node in group or isinstance(node, AggregateCall):
        return True
    return not isinstance(node, Var) and all(_is_covered(child, group) for child in children(node))


def _divide(node: Select, relation: TableRelation) -> Division:
    compilation = Compilation()
    compilation.begin(node)
    from_text = from_clause(compilation, relation)
    groups = [_grouped(compilation, expr) for expr in dict.fromkeys(node.group)]
    where = "" if node.where is None else f" AND {condition(compilation, node.where)}"

    partials = compilation.partials = Partials(
        {expr: Sql(f"g{n}") for n, expr in enumerate(dict.fromkeys(node.group), 1)}
    )
    rows = compilation.parameters.name(RowValue(0))
    around = select_over(compilation, replace(node, where=None), "FROM_PARTS")
    compilation.partials = None
    names = [sql.text for sql in partials.groups.values()] + [f"p{n + 1}" for n in range(len(partials.calls))]
    columns = ", ".join(f"value ->> {n} AS {name}" for n, name in enumerate(names))
    whole = around.text.replace("FROM_PARTS", f" FROM (SELECT {columns} FROM json_each({rows}))", 1)

    key = physical.key_names(relation.table)[0]
    column, behind, up_to = f"r{relation.id}.{key}", rows, compilation.parameters.name(RowValue(1))

    def part(range_: str) -> CompiledStatement:
        group = f" GROUP BY {', '.join(groups)}" if groups else ""
        return compilation.finish(
            f"SELECT {', '.join([*groups, *partials.calls])}{from_text} WHERE {range_}{where}{group}"
        )

    table = physical.table_name(relation.table)
    return Division(
        relation.table,
        part(f"{column} <= {rows}"),
        part(f"{column} > {behind} AND {column} <= {up_to}"),
        part(f"{column} > {behind}"),
        compilation.finish(whole, around.outputs),
        f"SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET ?1",
        f"SELECT {key} FROM {table} WHERE {key} > ?1 ORDER BY {key} LIMIT 1 OFFSET ?2",
    )


def _grouped(compilation: Compilation, expr: Expr) -> str:
    sql = compilation.expr(expr)
    if comparison.term_form(sql, expr.type) != sql.text or comparison.is_scaled(sql):
        raise NotDivisibleError
    return sql.text
