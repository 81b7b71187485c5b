"""Settle: what was counted becomes the actual figures of plan nodes.

    a node with a point of its own      rows and times as counted; loops are the rows of what drives it
    the top node                        the statement's own rows; from its start to its end
    Limit, and what gives a Limit rows  follows from how many rows came out, since a Limit asks for no more than it needs
    Sort, WindowAgg, Hash, …            as many rows as what is below them gave

Times add up: a node's is its own and that of all below it. What is neither counted nor follows has no actual figures, and
what is counted but cannot be timed has no times: nothing is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from borealis.executor.explain.counting.counter import Counter
from borealis.executor.explain.counting.instrument import Points
from borealis.executor.explain.plan_node import Actual, PlanNode, Property

_SAME_ROWS = frozenset({"Sort", "WindowAgg", "LockRows", "Hash", "Incremental Sort"})
"""Nodes that give as many rows as they are given, if they are read to the end."""

_AT_ONCE = frozenset({"Limit", "LockRows"})
"""Nodes whose rows come out as they come in, so that what is below has the same times."""


@dataclass(slots=True)
class Outcome:
    """What became of the statement as a whole."""

    rows: int  # given to the client
    written: int | None  # by INSERT, UPDATE, DELETE
    started_ns: int
    first_ns: int | None
    ended_ns: int


class Settlement:
    def __init__(
        self, points: Points, counter: Counter, outcome: Outcome, recounted: Mapping[object, int]
    ) -> None:
        """recounted are the rows of what could not be counted while it ran (recount.py)."""
        self._points = points
        self._counter = counter
        self._outcome = outcome
        self._recounted = recounted
        self._is_timed = counter.clock_ns is not None

    def settle(self, root: PlanNode) -> None:
        outcome = self._outcome
        first = outcome.ended_ns if outcome.first_ns is None else outcome.first_ns
        times = (
            ((first - outcome.started_ns) / 1e6, (outcome.ended_ns - outcome.started_ns) / 1e6)
            if self._is_timed
            else (None, None)
        )
        root.actual = Actual(outcome.rows, 1, *times)
        self._below(root, is_read_whole=True)
        self._removed(root)

    def _below(self, node: PlanNode, *, is_read_whole: bool) -> None:
        """Settle what is below a node that has been settled."""
        for child in node.children:
            asked = self._asked(node, child)
            self._one(child, asked, node)
            whole = is_read_whole and node.type != "Limit"
            self._below(child, is_read_whole=whole)
            if child.actual is None:
                child.actual = self._from_below(child, is_read_whole=whole)
            for each in child.children:
                if each.type == "WorkTable Scan":  # its loops are not counted
                    each.actual = None
                    each.properties = [
                        one for one in each.properties if not one.label.startswith("Rows Removed")
                    ]
            self._removed(child)

    def _one(self, node: PlanNode, asked: float | None, parent: PlanNode) -> None:
        number = self._points.numbers.get(node.key)
        if node.key in self._recounted:
            node.actual = Actual(self._recounted[node.key], 1)
        elif number is not None:
            if number not in self._points.uncounted:
                node.actual = self._counted(node, number)
        elif asked is not None:
            above = parent.actual
            is_passed = parent.type in _AT_ONCE and above is not None
            times = (above.startup_ms, above.total_ms) if is_passed and above is not None else (None, None)
            node.actual = Actual(asked, 1 if above is None else above.loops, *times)

    def _counted(self, node: PlanNode, number: int) -> Actual:
        counter = self._counter
        driver = self._points.drivers[number]
        loops = 1 if driver is None else counter.rows[driver]
        rows = counter.rows[number]
        if not self._is_timed or node.is_storage:
            return Actual(rows, loops)
        below = self._numbers_below(node)
        if not any(counter.rows[each] for each in below):
            return Actual(rows, loops)  # what it took to find nothing was counted for what came next
        total = sum(counter.spent_ns[each] for each in below) / 1e6
        if driver is not None:
            startup = counter.to_first_ns[number] / 1e6
            return Actual(rows, loops, min(startup, total), total)
        at_first = counter.at_first_ns[number]
        startup = total if at_first is None else sum(at_first[each] for each in below) / 1e6
        return Actual(rows, loops, startup, total)

    def _numbers_below(self, node: PlanNode) -> set[int]:
        found = set()
        for each in _tree(node):
            for key in (each.key, each.filtered[0] if each.filtered else None):
                number = self._points.numbers.get(key)
                if number is not None:
                    found.add(number)
        return found

    def _asked(self, node: PlanNode, child: PlanNode) -> float | None:
        """Return how many rows a child must have given, if that follows."""
        actual = node.actual
        if child.relationship in ("InitPlan", "SubPlan"):
            return None
        if child.type == "Result" and not child.children and not child.properties:
            return 1.0 if actual is None else float(actual.loops)
        if actual is None:
            return None
        if node.type == "Subquery Scan":
            before = None if node.filtered is None else self._points.numbers.get(node.filtered[0])
            return actual.rows if before is None else float(self._counter.rows[before])
        if node.type == "ModifyTable":
            has_conflict = any(each.label == "Conflict Resolution" for each in node.properties)
            return None if has_conflict or self._outcome.written is None else float(self._outcome.written)
        if node.type == "Limit" and node.limit is not None:
            count, offset = node.limit
            if count is not None and actual.rows == count:
                return float(count + offset)
            return actual.rows + offset if actual.rows else None
        if node.type in _SAME_ROWS and node.type != "Sort":
            return actual.rows
        return None

    def _from_below(self, node: PlanNode, *, is_read_whole: bool) -> Actual | None:
        """Return a node's rows from those of the nodes below it."""
        if node.given is not None and is_read_whole:
            return Actual(node.given, 1)
        below = [child.actual for child in node.children if child.relationship not in ("InitPlan", "SubPlan")]
        known = [each for each in below if each is not None]
        if not known or len(known) != len(below):
            return None
        loops = known[0].loops
        if node.type == "Aggregate" and node.title == "Aggregate" and node.filtered is None:
            return Actual(loops, loops)
        if not is_read_whole:
            return None
        if node.type == "Append" or node.adds_up:
            return Actual(sum(each.rows for each in known), loops)
        if node.type in _SAME_ROWS or (node.type in ("Subquery Scan", "Result") and node.filtered is None):
            return Actual(known[0].rows, loops)
        return None

    def _removed(self, node: PlanNode) -> None:
        """Say how many rows a filter took out."""
        if node.actual is None:
            return
        for place, each in enumerate(node.properties):
            if each.label in ("Filter", "Join Filter"):
                removed = self._removed_by(node, each.label)
                if removed is not None:
                    label = f"Rows Removed by {each.label}"
                    loops = max(node.actual.loops, 1)
                    rounded = round(removed / loops)
                    only = "" if removed > 0 else "data"
                    node.properties.insert(place + 1, Property(label, rounded, only))
                return

    def _removed_by(self, node: PlanNode, label: str) -> float | None:
        actual = node.actual
        assert actual is not None
        if label == "Join Filter":
            inner = node.children[-1]
            if node.type != "Nested Loop" or inner.actual is None or "Left" in node.title:
                return None
            return max(inner.actual.rows - actual.rows, 0)
        if node.filtered is None:
            return None
        before = self._recounted.get(node.filtered[0])
        if before is not None:
            return before - actual.rows
        number = self._points.numbers.get(node.filtered[0])
        return None if number is None else max(self._counter.rows[number] - actual.rows, 0)


def _tree(node: PlanNode) -> Iterator[PlanNode]:
    yield node
    for child in node.children:
        yield from _tree(child)
