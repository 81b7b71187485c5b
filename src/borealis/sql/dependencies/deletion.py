"""What a DROP takes along: every object that is to go, in PostgreSQL's order, and why.

An object is looked at before those that depend on it are, the newest of these first, and put on the list after them. One
that is part of another (INTERNAL) cannot be dropped by itself: named in the statement it is an error, reached from
elsewhere its owner is dropped instead. What is on the list as NORMAL dependent alone is what RESTRICT refuses and CASCADE
tells of; parts and automatic dependents go in silence.
Source: PostgreSQL 16, findDependentObjects and reportDependentObjects (dependency.c).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from borealis.errors import DependentObjectsStillExist
from borealis.sql.dependencies.address import Address, DependencyKind
from borealis.sql.dependencies.descriptions import Descriptions
from borealis.sql.dependencies.graph import Graph

_HINT = "Use DROP ... CASCADE to drop the dependent objects too."
_REPORTED_MAX = 100


@dataclass(slots=True)
class Condemned:
    """An object that is to go."""

    address: Address
    ways: set[DependencyKind]  # how it was reached; empty: named in the statement
    dependee: Address | None  # what it depends on, where it was reached first
    is_named: bool = False
    is_silent: bool = False  # a column whose table goes too

    @property
    def is_told(self) -> bool:
        return not (self.is_named or self.is_silent) and self.ways == {DependencyKind.NORMAL}


@dataclass(slots=True)
class _Visit:
    """An object whose dependents are being looked at."""

    address: Address
    ways: set[DependencyKind]
    is_named: bool
    before: _Visit | None


@dataclass(slots=True)
class Deletion:
    graph: Graph
    descriptions: Descriptions
    named: Sequence[Address]
    found: list[Condemned] = field(default_factory=list)

    def search(self) -> None:
        """Find all that goes with the objects named.

        Raises: DependentObjectsStillExist 2BP01 for one that is part of another.
        """
        for address in self.named:
            self._visit(address, None, None)

    def refuse_dependents(self) -> None:
        """Raise DependentObjectsStillExist 2BP01 where the statement, RESTRICT, would take along more than it may."""
        told = self.told
        if not told:
            return
        lines = [
            f"{self._shown(one.address)} depends on {self._shown(one.dependee)}"
            for one in told
            if one.dependee is not None
        ]
        several = len(self.named) > 1
        subject = "desired object(s)" if several else self._shown(self.named[0])
        raise DependentObjectsStillExist(
            f"cannot drop {subject} because other objects depend on {'them' if several else 'it'}",
            detail=_cut(lines),
            hint=_HINT,
        )

    @property
    def told(self) -> list[Condemned]:
        return [one for one in reversed(self.found) if one.is_told]

    @property
    def notices(self) -> list[tuple[str, ...]]:
        """What CASCADE says of the objects that go along."""
        lines = [f"drop cascades to {self._shown(one.address)}" for one in self.told]
        if len(lines) < 2:
            return [("00000", line) for line in lines]
        return [("00000", f"drop cascades to {len(lines)} other objects", _cut(lines))]

    def _shown(self, address: Address) -> str:
        return self.descriptions.of(address)

    def _visit(self, address: Address, way: DependencyKind | None, stack: _Visit | None) -> None:
        if _on_stack(stack, address, way) or self._is_found(address, way):
            return
        owner = self._owner(address)
        if owner is not None:
            if stack is None:
                if any(one.contains(owner) for one in self.named):
                    return  # goes when its owner does
                part, whole = self._shown(address), self._shown(owner)
                raise DependentObjectsStillExist(
                    f"cannot drop {part} because {whole} requires it", hint=f"You can drop {whole} instead."
                )
            if not _on_stack(stack, owner, None):
                self._visit(owner, way, stack)
                self._is_found(address, way)
                return
        own = _Visit(address, set() if way is None else {way}, way is None, stack)
        for dependent, kind in self._dependents(address):
            self._visit(dependent, kind, own)
        self.found.append(
            Condemned(address, own.ways, None if stack is None else stack.address, own.is_named)
        )

    def _owner(self, address: Address) -> Address | None:
        """Return what an object is a part of."""
        found = self.graph.referenced(address)
        return next((one.referenced for one in found if one.kind is DependencyKind.INTERNAL), None)

    def _dependents(self, address: Address) -> list[tuple[Address, DependencyKind]]:
        found = [
            (one.dependent, one.kind)
            for one in self.graph.dependents(address)
            if not (address.column == 0 and address.contains(one.dependent))
        ]
        return sorted(found, key=lambda each: each[0].age, reverse=True)

    def _is_found(self, address: Address, way: DependencyKind | None) -> bool:
        """Whether the object is on the list, or its table; it has then been reached in one more way."""
        result = False
        for one in self.found:
            if one.address == address:
                _reach(one, way)
                result = True
            elif one.address.contains(address):
                result = True
            elif address.contains(one.address):
                _reach(one, way)
                one.is_silent = True
        return result


def _reach(one: Condemned | _Visit, way: DependencyKind | None) -> None:
    if way is None:
        one.is_named = True
    else:
        one.ways.add(way)


def _on_stack(stack: _Visit | None, address: Address, way: DependencyKind | None) -> bool:
    found = False
    while stack is not None:
        if stack.address == address:
            if way is not None:
                stack.ways.add(way)
            return True
        found = found or stack.address.contains(address)
        stack = stack.before
    return found


def _cut(lines: list[str]) -> str:
    """Return the lines a client gets."""
    more = len(lines) - _REPORTED_MAX
    if more <= 0:
        return "\n".join(lines)
    rest = f"and {more} other object{'' if more == 1 else 's'} (see server log for list)"
    return "\n".join([*lines[:_REPORTED_MAX], rest])
