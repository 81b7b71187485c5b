"""SELECT: targets, FROM, WHERE, GROUP BY, HAVING, DISTINCT, DISTINCT ON, ORDER BY, LIMIT in one SQLite SELECT.

Three forms need a query around them:

    HAVING without GROUP BY    SQLite wants an aggregate among the outputs: the condition becomes an output, then a WHERE
    DISTINCT ON (a)            a window function numbers the rows, the outer query keeps the first ones
    DISTINCT of a type that    the outputs are grouped by their sort forms
    does not compare as it is
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from borealis.errors import FeatureNotSupported
from borealis.executor.compile import comparison, physical
from borealis.executor.compile.compilation import Compilation, CompiledQuery, Output, compiles_query
from borealis.executor.compile.conditions import condition
from borealis.executor.compile.ctes import with_clause
from borealis.executor.compile.first_rows import base_arm, first_rows
from borealis.executor.compile.from_items import from_where_clause
from borealis.executor.compile.limits import limit_clause
from borealis.executor.compile.ordering import order_of_outputs, order_term
from borealis.executor.compile.ties import limits_vary, numbered
from borealis.executor.compile.trees import is_constant, is_volatile
from borealis.functions.implementation import Sql, plain
from borealis.planner.physical import Scan
from borealis.planner.units import relations_in
from borealis.sql.bound import expressions as bound
from borealis.sql.bound.relations import TableRelation
from borealis.sql.bound.statements import LockMode, Select
from borealis.transaction.intent import Mode


@dataclass(frozen=True, slots=True)
class Parts:
    """A SELECT's clauses as text, outputs not yet named."""

    outputs: tuple[Output, ...]
    texts: tuple[Sql, ...]
    from_where: str  # ` FROM … WHERE … GROUP BY …`
    having: str | None


@compiles_query(Select)
def select(compilation: Compilation, node: Select) -> CompiledQuery:
    return _locking(compilation, node) if node.locks else select_with(compilation, node, ())


def _locking(compilation: Compilation, node: Select) -> CompiledQuery:
    """Compile a SELECT … FOR UPDATE inside another query: each row it gives is locked as it leaves."""
    tables = locked_tables(node)
    extra = [
        f"r{relation.id}.{name}" for relation, _ in tables for name in physical.key_names(relation.table)
    ]
    query = select_with(compilation, node, extra)
    calls, first = [], 1
    for relation, mode in tables:
        keys = range(first, first + len(physical.key_names(relation.table)))
        first = keys.stop
        calls.append(f"pg_lock_row({relation.table.oid}, {int(mode)}, {', '.join(f'e{n}' for n in keys)})")
    names = query.names or "c0"
    # Nothing moves into or out of a query with OFFSET, so no row is locked that a condition outside leaves out before.
    rows = f"SELECT * FROM ({query.text}) LIMIT -1 OFFSET 0"
    return CompiledQuery(f"SELECT {names} FROM ({rows}) WHERE {' AND '.join(calls) or '1'}", query.outputs)


def locked_tables(node: Select) -> list[tuple[TableRelation, Mode]]:
    """Return the tables whose rows a SELECT locks, with the transaction's mode."""
    relations = {relation.id: relation for relation in relations_in(node.from_)} if node.from_ else {}
    tables = []
    for lock in node.locks:
        relation = relations.get(lock.relation)
        if not isinstance(relation, TableRelation):
            raise FeatureNotSupported(f"{lock.mode.value} of a subquery is not supported yet")
        tables.append((relation, LOCK_MODES[lock.mode]))
    return tables


LOCK_MODES = {LockMode.FOR_UPDATE: Mode.FOR_UPDATE, LockMode.FOR_KEY_SHARE: Mode.KEY_SHARE}


def select_plain(compilation: Compilation, node: Select) -> CompiledQuery:
    """Compile a SELECT whose columns all stand Plain."""
    return select_with(compilation, node, (), is_plain=True)


def select_with(
    compilation: Compilation, node: Select, extra: Sequence[str], *, is_plain: bool = False
) -> CompiledQuery:
    """Compile a SELECT with further columns behind its targets: texts over its own FROM, named e1 and so on."""
    compilation.read_as_stored.update(lock.relation for lock in node.locks)
    with_text = with_clause(compilation, node.ctes)
    _cut_off_early(compilation, node)
    return _select(compilation, node, _parts(compilation, node, is_plain=is_plain), extra, with_text)


def _cut_off_early(compilation: Compilation, node: Select) -> None:
    scan = node.from_
    if compilation.overlaid and isinstance(scan, Scan) and scan.relation.table.oid in compilation.overlaid:
        first = first_rows(node)
        if first is not None:
            compilation.base_arms[scan.relation.id] = partial(base_arm, compilation, first)


def select_over(compilation: Compilation, node: Select, from_where: str) -> CompiledQuery:
    """Compile a SELECT, but for its FROM and WHERE: they are given as text, and in scope."""
    return _select(compilation, node, _parts_over(compilation, node, from_where, is_plain=False))


def _select(
    compilation: Compilation, node: Select, parts: Parts, extra: Sequence[str] = (), with_text: str = ""
) -> CompiledQuery:
    if node.distinct_on:
        text = _distinct_on(compilation, node, parts)
    elif node.with_ties or limits_vary(node.limit, node.offset):
        text = _numbered(compilation, node, parts, extra)
    else:
        text = _plain(compilation, node, parts, extra)
    is_bare = not (with_text or node.order or node.limit or node.offset or node.distinct_on)
    return CompiledQuery(with_text + text, parts.outputs, is_bare=is_bare)


def _parts(compilation: Compilation, node: Select, *, is_plain: bool) -> Parts:
    from_where = from_where_clause(compilation, node.from_, node.where)
    return _parts_over(compilation, node, from_where, is_plain=is_plain)


def _parts_over(compilation: Compilation, node: Select, from_where: str, *, is_plain: bool) -> Parts:
    texts = tuple(compilation.expr(target.expr) for target in node.targets)
    if is_plain:
        texts = tuple(plain(text) for text in texts)
    outputs = tuple(
        Output(target.expr.type, target.expr.typmod, sql.representation)
        for target, sql in zip(node.targets, texts, strict=True)
    )
    having = None if node.having is None else condition(compilation, node.having)
    return Parts(outputs, texts, f"{from_where}{_group_by(compilation, node)}", having)


def _group_by(compilation: Compilation, node: Select) -> str:
    if not node.group:
        return ""
    if any(is_volatile(expr) for expr in node.group):
        raise FeatureNotSupported("GROUP BY over a volatile expression is not supported yet")
    forms = [
        sql.text if (sql := compilation.expr(expr)).is_canonical else comparison.term_form(sql, expr.type)
        for expr in dict.fromkeys(node.group)
        if not is_constant(expr)
    ]
    return f" GROUP BY {', '.join(forms) or 'NULL'}"


def _named(texts: Sequence[Sql]) -> str:
    return ", ".join(f"{sql.text} AS c{n}" for n, sql in enumerate(texts, 1)) or "NULL AS c0"


def _plain(compilation: Compilation, node: Select, parts: Parts, extra: Sequence[str]) -> str:
    columns = _named(parts.texts) + "".join(f", {text} AS e{n}" for n, text in enumerate(extra, 1))
    order = order_of_outputs(compilation, node.order, node.targets, parts.texts)
    tail = (f" ORDER BY {', '.join(order)}" if order else "") + limit_clause(
        compilation, node.limit, node.offset
    )
    if node.having is not None and not node.group:
        # One group: neither ORDER BY nor DISTINCT changes anything.
        limit = limit_clause(compilation, node.limit, node.offset)
        inner = f"SELECT {columns}, {parts.having} AS h, count(*) AS n{parts.from_where}"
        return f"SELECT {_names(parts)} FROM ({inner}) WHERE h{limit}"
    if node.is_grouped and not node.group and not _has_aggregate(node):
        limit = limit_clause(compilation, node.limit, node.offset)
        return f"SELECT {_names(parts)} FROM (SELECT {columns}, count(*) AS n{parts.from_where}){limit}"
    having = "" if parts.having is None else f" HAVING {parts.having}"
    if not node.distinct:
        return f"SELECT {columns}{parts.from_where}{having}{tail}"
    forms = _distinct_forms(parts)
    if forms is None:
        return f"SELECT DISTINCT {columns}{parts.from_where}{having}{tail}"
    return _distinct_by_forms(compilation, node, parts, f"SELECT {columns}{parts.from_where}{having}", forms)


def _has_aggregate(node: Select) -> bool:
    from borealis.executor.compile.trees import walk

    return any(isinstance(each, bound.AggregateCall) for target in node.targets for each in walk(target.expr))


def _names(parts: Parts) -> str:
    return ", ".join(f"c{n}" for n in range(1, len(parts.outputs) + 1)) or "NULL AS c0"


def _distinct_forms(parts: Parts) -> list[str] | None:
    """Return the outputs' sort forms if any is not the output itself."""
    forms = [
        comparison.sort_form(Sql(f"c{n}", output.representation), output.type)
        for n, output in enumerate(parts.outputs, 1)
    ]
    return None if all(form == f"c{n}" for n, form in enumerate(forms, 1)) else forms


def _distinct_by_forms(
    compilation: Compilation, node: Select, parts: Parts, inner: str, forms: Sequence[str]
) -> str:
    """DISTINCT's ORDER BY names outputs only, so the keys are their columns in the grouped query."""
    exprs = [target.expr for target in node.targets]
    order = [order_term(forms[exprs.index(key.expr)], key) for key in node.order if not is_constant(key.expr)]
    tail = (f" ORDER BY {', '.join(order)}" if order else "") + limit_clause(
        compilation, node.limit, node.offset
    )
    return f"SELECT {_names(parts)} FROM ({inner}) GROUP BY {', '.join(forms)}{tail}"


def _distinct_on(compilation: Compilation, node: Select, parts: Parts) -> str:
    """Keep the first row, in ORDER BY's order, of each set of rows with equal DISTINCT ON expressions."""
    partition = [comparison.sort_form(compilation.expr(expr), expr.type) for expr in node.distinct_on]
    keys = [key for key in node.order if not is_constant(key.expr)]
    texts = [comparison.term_form(compilation.expr(key.expr), key.expr.type) for key in keys]
    having = f" HAVING {parts.having}" if parts.having else ""
    extra = "".join(f", {text} AS k{n}" for n, text in enumerate(texts, 1))
    extra += "".join(f", {text} AS p{n}" for n, text in enumerate(partition, 1))
    # Numbered in a query around, since what is numbered by may be a window function's value itself.
    outer = [
        order_term(_sort_column(text, f"k{n}"), key)
        for n, (text, key) in enumerate(zip(texts, keys, strict=True), 1)
    ]
    over = f"PARTITION BY {', '.join(_sort_column(text, f'p{n}') for n, text in enumerate(partition, 1))}"
    over += f" ORDER BY {', '.join(outer)}" if outer else ""
    inner = (
        f"SELECT *, row_number() OVER ({over}) AS n "
        f"FROM (SELECT {_named(parts.texts)}{extra}{parts.from_where}{having})"
    )
    if node.with_ties or limits_vary(node.limit, node.offset):
        rows = f"(SELECT * FROM ({inner}) WHERE n = 1)"
        return numbered(compilation, _names(parts), rows, outer, node)
    tail = (f" ORDER BY {', '.join(outer)}" if outer else "") + limit_clause(
        compilation, node.limit, node.offset
    )
    return f"SELECT {_names(parts)} FROM ({inner}) WHERE n = 1{tail}"


def _numbered(compilation: Compilation, node: Select, parts: Parts, extra: Sequence[str]) -> str:
    keys = [key for key in node.order if not is_constant(key.expr)]
    bare = dataclasses.replace(node, order=(), limit=None, offset=None)
    if node.distinct:
        exprs = [target.expr for target in node.targets]
        ordinals = [exprs.index(key.expr) for key in keys]
        texts = [
            comparison.sort_form(Sql(f"c{n + 1}", parts.outputs[n].representation), exprs[n].type)
            for n in ordinals
        ]
        rows = _plain(compilation, bare, parts, ())
    else:
        forms = [comparison.term_form(compilation.expr(key.expr), key.expr.type) for key in keys]
        rows = _plain(compilation, bare, parts, (*extra, *forms))
        texts = [_sort_column(form, f"e{n}") for n, form in enumerate(forms, len(extra) + 1)]
    order = [order_term(text, key) for text, key in zip(texts, keys, strict=True)]
    names = _names(parts) + "".join(f", e{n}" for n in range(1, len(extra) + 1))
    return numbered(compilation, names, f"({rows})", order, node)


def _sort_column(text: str, name: str) -> str:
    """Return a sort form's column; a collation does not pass through a subquery's output."""
    collation = comparison.collation_in(text)
    return f"({name} COLLATE {collation})" if collation else name
