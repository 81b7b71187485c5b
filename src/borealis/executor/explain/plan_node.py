"""Plan nodes: what EXPLAIN prints, in any format.

A node of the query processor is PostgreSQL's; one of storage is DSQL's: it has an arrow and an indentation of its own, and
no times. `key` is where counting keeps the node's rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from borealis.planner.physical import Estimate
from borealis.sql.bound.expressions import Expr

Value = str | int | bool | list[str]


@dataclass(frozen=True, slots=True)
class Property:
    """A line below a node, and a key of its object: `Sort Key: a, b`."""

    label: str
    value: Value
    only: str = ""  # "text" or "data": the other formats go without it; "costs": data, with COSTS

    @property
    def text(self) -> str:
        return ", ".join(self.value) if isinstance(self.value, list) else str(self.value)


@dataclass(frozen=True, slots=True)
class Actual:
    """What a node did: rows of all loops, and milliseconds of all loops; None where no time was measured."""

    rows: float
    loops: int
    startup_ms: float | None = None
    total_ms: float | None = None


@dataclass(slots=True, eq=False)
class PlanNode:
    type: str  # the other formats' Node Type: Aggregate, Index Scan
    title: str  # TEXT's: HashAggregate, Index Scan using i on t
    estimate: Estimate
    details: list[Property] = field(default_factory=list)
    """What the other formats have and TEXT says in its title: Strategy, Index Name."""
    output: list[str] = field(default_factory=list)
    exprs: tuple[Expr, ...] = ()
    """What the node gives; to the one above, these are columns."""
    properties: list[Property] = field(default_factory=list)
    children: list[PlanNode] = field(default_factory=list)
    relationship: str = ""  # Outer, Inner, Subquery, Member, InitPlan, SubPlan
    subplan: str = ""  # InitPlan 1 (returns $0)
    is_storage: bool = False
    shows_loops: bool = False
    """A storage node below an index scan: `loops=1` stands in its cost."""
    key: object = None
    filtered: tuple[object, str] | None = None
    """The key of the rows before a filter, and the label of what it removed."""
    limit: tuple[int | None, int] | None = None
    """Of a Limit: how many rows, and how many are left out before, where both are known."""
    adds_up: bool = False
    """Gives what all below it give: UNION ALL."""
    given: int | None = None
    """Rows it gives by itself, where that is known: VALUES."""
    actual: Actual | None = None

    def add(self, label: str, value: Value, only: str = "") -> None:
        self.properties.append(Property(label, value, only))

    def adopt(self, child: PlanNode, relationship: str = "Outer") -> None:
        child.relationship = child.relationship or relationship
        self.children.append(child)
