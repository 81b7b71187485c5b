"""WITH: items named w<id>, evaluated once where evaluating twice could show.

A recursive item is SQLite's own recursion: rows leave a queue one by one instead of level by level, in the same order.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from borealis.errors import FeatureNotSupported
from borealis.executor.compile import comparison
from borealis.executor.compile.compilation import Compilation, CompiledQuery, Output, WithItem
from borealis.executor.compile.representations import into
from borealis.executor.compile.trees import any_node, is_volatile
from borealis.functions.implementation import Sql
from borealis.planner.units import relations_in
from borealis.sql.bound.relations import CteRelation
from borealis.sql.bound.statements import Cte, Delete, Insert, Select, SetOp, SetOperation, Update
from borealis.types.base import PLAIN


def with_clause(compilation: Compilation, ctes: Sequence[Cte]) -> str:
    """Return `WITH … `, or nothing, and bring the items into scope."""
    if not ctes:
        return ""
    items = [_item(compilation, cte) for cte in ctes]
    recursive = "RECURSIVE " if any(cte.recursive for cte in ctes) else ""
    return f"WITH {recursive}{', '.join(items)} "


def _item(compilation: Compilation, cte: Cte) -> str:
    if isinstance(cte.query, Insert | Update | Delete):
        raise FeatureNotSupported("data-modifying statements in WITH are not supported yet")
    if cte.recursive and _refers_to_itself(cte):
        return _recursive_item(compilation, cte)
    query = compilation.query(cte.query)
    name = _scope(compilation, cte, query.outputs)
    hint = ""
    if cte.materialized or is_volatile(cte.query):
        hint = "MATERIALIZED "
    elif cte.materialized is False:
        hint = "NOT MATERIALIZED "
    return f"{name}({query.names or 'c1'}) AS {hint}({query.text})"


def _scope(compilation: Compilation, cte: Cte, outputs: tuple[Output, ...]) -> str:
    name = f"w{cte.id}"
    compilation.with_items[cte.id] = WithItem(name, outputs)
    return name


def _refers_to_itself(cte: Cte) -> bool:
    return any_node(cte.query, lambda node: isinstance(node, CteRelation) and node.cte == cte.id)


def _recursive_item(compilation: Compilation, cte: Cte) -> str:
    """Compile `start UNION [ALL] step`; every column stands Plain, since a step may change scale or bound."""
    node = cte.query
    if not isinstance(node, SetOperation) or node.op is not SetOp.UNION:
        raise FeatureNotSupported("recursive WITH item that is not a UNION is not supported")
    if node.order or node.limit or node.offset or node.ctes:
        raise FeatureNotSupported("ORDER BY, LIMIT or WITH in a recursive query is not supported")
    from borealis.executor.compile.select import select_plain

    start = compilation.query(node.left)
    outputs = tuple(dataclasses.replace(output, representation=PLAIN) for output in start.outputs)
    name = _scope(compilation, cte, outputs)
    if not (isinstance(node.right, Select) and _reads_directly(node.right, cte.id)):
        raise FeatureNotSupported(
            f'recursive reference to query "{cte.name}" within a subquery of its recursive term not supported'
        )
    step = select_plain(compilation, node.right)
    if not (step.is_bare and step.terms == 1):
        raise FeatureNotSupported(
            "ORDER BY, LIMIT, WITH or a set operation in a recursive term is not supported"
        )
    op = "UNION ALL" if node.all else "UNION"
    return f"{name}({start_names(start)}) AS ({_plain_start(start, outputs, distinct=not node.all)} {op} {step.text})"


def _reads_directly(step: Select, cte: int) -> bool:
    """Whether the item stands in the FROM of its recursive term, where alone SQLite takes it."""
    relations = [] if step.from_ is None else relations_in(step.from_)
    return any(isinstance(item, CteRelation) and item.cte == cte for item in relations)


def start_names(start: CompiledQuery) -> str:
    return start.names or "c1"


def _plain_start(start: CompiledQuery, outputs: Sequence[Output], *, distinct: bool) -> str:
    """Return the non-recursive term; UNION compares under the collations written here."""
    columns = []
    for n, (have, want) in enumerate(zip(start.outputs, outputs, strict=True), 1):
        text = into(Sql(f"c{n}", have.representation), want.representation).text
        form = comparison.sort_form(Sql(text), have.type) if distinct else text
        if form != text and comparison.collation_in(form) is None:
            raise FeatureNotSupported("UNION of this type in a recursive query is not supported yet")
        columns.append(f"{form} AS c{n}")
    return f"SELECT {', '.join(columns) or 'NULL AS c1'} FROM ({start.text})"
