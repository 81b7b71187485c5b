"""What WITH RECURSIVE may be: where an item names itself, and in which order items that name each other are bound.

Source: PostgreSQL 16 documentation 7.8.2; texts and places as its parser gives them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from borealis.errors import FeatureNotSupported, InvalidRecursion
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node

_OUTER_SIDES = {"JOIN_LEFT": ("rarg",), "JOIN_RIGHT": ("larg",), "JOIN_FULL": ("larg", "rarg")}
_CLAUSES = (
    ("sortClause", "ORDER BY in a recursive query"),
    ("limitOffset", "OFFSET in a recursive query"),
    ("limitCount", "LIMIT in a recursive query"),
    ("lockingClause", "FOR UPDATE/SHARE in a recursive query"),
)


def references(node: object, name: str) -> bool:
    """Return whether a parse tree reads a WITH item of this name, where no WITH inside hides it."""
    return next(_references(node, name), None) is not None


def _references(node: object, name: str) -> Iterator[Node]:
    if isinstance(node, list):
        for item in node:
            yield from _references(item, name)
    elif isinstance(node, dict):
        if "relname" in node and "inh" in node:
            if node["relname"] == name and "schemaname" not in node:
                yield node
            return
        if _hides(node, name):
            return
        for value in node.values():
            yield from _references(value, name)


def _hides(node: Node, name: str) -> bool:
    items = node.get("withClause", {}).get("ctes", ()) if isinstance(node.get("withClause"), dict) else ()
    return any(item["CommonTableExpr"]["ctename"] == name for item in items)


def in_order(context: BindContext, items: Sequence[Node]) -> list[Node]:
    """Return WITH RECURSIVE's items so that each stands behind those it names.

    Raises:
        FeatureNotSupported: 0A000, items that name each other.
    """
    waiting = [item["CommonTableExpr"] for item in items]
    ordered: list[Node] = []
    while waiting:
        for cte in waiting:
            others = [other for other in waiting if other is not cte]
            if not any(references(cte["ctequery"], other["ctename"]) for other in others):
                break
        else:
            raise FeatureNotSupported(
                "mutual recursion between WITH items is not implemented",
                position=context.position(waiting[0]),
            )
        waiting.remove(cte)
        ordered.append(cte)
    return ordered


def check_recursive(context: BindContext, cte: Node) -> Node:
    """Return the UNION a recursive item is.

    Raises:
        InvalidRecursion: 42P19, it has another form, or names itself where it may not.
        FeatureNotSupported: 0A000, ORDER BY and the like over the whole.
    """
    name, position = cte["ctename"], context.position(cte)
    if "SelectStmt" not in cte["ctequery"]:
        raise InvalidRecursion(
            f'recursive query "{name}" must not contain data-modifying statements', position=position
        )
    select: Node = cte["ctequery"]["SelectStmt"]
    term = _Term(context, name)
    if "withClause" in select:
        term.check(select["withClause"]["ctes"], "a subquery")
    if select.get("op") != "SETOP_UNION":
        raise InvalidRecursion(
            f'recursive query "{name}" does not have the form non-recursive-term UNION [ALL] recursive-term',
            position=position,
        )
    term.check(select["larg"], "its non-recursive term")
    term.check(select["rarg"], None)
    for clause, text in _CLAUSES:
        if clause in select:
            raise FeatureNotSupported(f"{text} is not implemented", position=context.leftmost(select[clause]))
    return select


class _Term:
    """One side of a recursive item while it is searched for references to itself."""

    def __init__(self, context: BindContext, name: str) -> None:
        self._context = context
        self._name = name
        self._count = 0

    def check(self, node: object, place: str | None) -> None:
        """Search a parse tree; place is what it stands within where no reference may."""
        if isinstance(node, list):
            for item in node:
                self.check(item, place)
            return
        if not isinstance(node, dict) or _hides(node, self._name):
            return
        match node:
            case {"relname": str(), "inh": _}:
                self._reference(node, place)
            case {"SubLink": {"subselect": subselect, **rest}}:
                self.check(subselect, place or "a subquery")
                self.check(rest, place)
            case {"JoinExpr": join}:
                sides = _OUTER_SIDES.get(join["jointype"], ())
                for key, value in join.items():
                    self.check(value, place or ("an outer join" if key in sides else None))
            case {"op": "SETOP_INTERSECT" | "SETOP_EXCEPT" as op, "larg": left, "rarg": right}:
                word = op.removeprefix("SETOP_")
                within_right = place or (word if node.get("all") or word == "EXCEPT" else None)
                self.check(left, place or (word if node.get("all") else None))
                self.check(right, within_right)
            case _:
                for value in node.values():
                    self.check(value, place)

    def _reference(self, node: Node, place: str | None) -> None:
        if node["relname"] != self._name or "schemaname" in node:
            return
        self._count += 1
        if place is None and self._count > 1:
            place = "more than once"
        elif place is not None:
            place = f"within {place}"
        if place is not None:
            raise InvalidRecursion(
                f'recursive reference to query "{self._name}" must not appear {place}',
                position=self._context.position(node),
            )
