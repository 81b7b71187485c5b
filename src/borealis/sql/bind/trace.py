"""BindTrace: what binding found out about each node of a parse tree, for whoever shows the tree as SQL again.

Bound trees say what a statement does, no longer how it was written: BETWEEN is two comparisons, CASE x WHEN has lost its
x, a join's USING is a condition. The deparser walks the parse tree instead, and asks here what a node's type was before
it was coerced, what a name meant, what a star stood for. Nodes are known by their id(), so the tree must outlive the trace.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from borealis.sql.bind.level import NamedColumn, NamespaceItem
    from borealis.sql.bound.expressions import Expr
    from borealis.sql.bound.relations import FromItem


@dataclass(slots=True)
class BindTrace:
    exprs: dict[int, Expr] = field(default_factory=dict)  # an expression's node: what it was bound as
    stars: dict[int, tuple[NamedColumn, ...]] = field(default_factory=dict)  # a ColumnRef ending in *
    items: dict[int, tuple[FromItem, NamespaceItem]] = field(default_factory=dict)  # an item of FROM
