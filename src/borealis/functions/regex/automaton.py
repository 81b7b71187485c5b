"""Automata: where in a text a match of an expression can end.

The syntax becomes a nondeterministic automaton; sets of its states are followed through the text and remembered with
their transitions, so that each character costs one lookup once it is warm. Assertions are passed where the characters
around allow it: what is remembered then depends on the kinds of the two neighbours. A lookaround is an automaton of its
own, asked at the place; states with one are not remembered.

A back reference counts as any match of its group: whoever needs the very text compares it (matcher.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from borealis.functions.regex.charsets import ALL, Ranges, contains
from borealis.functions.regex.options import invalid
from borealis.functions.regex.places import Place, kind_before, kind_of, passes
from borealis.functions.regex.syntax import (
    UNLIMITED,
    Alternation,
    Assertion,
    Backref,
    Chars,
    Concat,
    Group,
    Look,
    Node,
    Repeat,
    Where,
)

_STATES_MAX = 100_000
_REMEMBERED_MAX = 5_000

NOWHERE = -1


class _Builder:
    """Numbers states; each has edges that take a character, and free ones, some with a condition."""

    def __init__(self, groups: Mapping[int, Node]) -> None:
        self._groups = groups
        self.edges: list[list[tuple[Ranges, int]]] = []
        self.free: list[list[tuple[int, Where | Lookaround | None]]] = []
        self._ignores_assertions = False

    def state(self) -> int:
        if len(self.edges) >= _STATES_MAX:
            raise invalid("regular expression is too complex")
        self.edges.append([])
        self.free.append([])
        return len(self.edges) - 1

    def add(self, node: Node, start: int) -> int:
        """Add the states of a node behind a state; return the state where it ends."""
        match node:
            case Chars(ranges):
                end = self.state()
                self.edges[start].append((ranges, end))
                return end
            case Concat(items):
                for item in items:
                    start = self.add(item, start)
                return start
            case Alternation(branches):
                end = self.state()
                for branch in branches:
                    self._join(self.add(branch, self._after(start)), end)
                return end
            case Group(_, inner):
                return self.add(inner, start)
            case Repeat():
                return self._repeat(node, start)
            case Backref(number):
                return self._reference(number, start)
        return self._condition(node, start)

    def _after(self, start: int) -> int:
        following = self.state()
        self._join(start, following)
        return following

    def _join(self, start: int, end: int, condition: Where | Lookaround | None = None) -> None:
        self.free[start].append((end, condition))

    def _repeat(self, node: Repeat, start: int) -> int:
        for _ in range(node.least):
            start = self.add(node.inner, start)
        if node.most == UNLIMITED:
            loop = self._after(start)
            self._join(self.add(node.inner, loop), loop)
            return self._after(loop)
        end = self.state()
        for _ in range(node.most - node.least):
            self._join(start, end)
            start = self.add(node.inner, self._after(start))
        self._join(start, end)
        return end

    def _reference(self, number: int, start: int) -> int:
        before = self._ignores_assertions
        self._ignores_assertions = True
        end = self.add(self._groups[number], start)
        self._ignores_assertions = before
        return end

    def _condition(self, node: Assertion | Look, start: int) -> int:
        if self._ignores_assertions:
            return start
        end = self.state()
        condition = node.where if isinstance(node, Assertion) else Lookaround(node, self._groups)
        self._join(start, end, condition)
        return end


class Lookaround:
    def __init__(self, node: Look, groups: Mapping[int, Node]) -> None:
        self._is_ahead = node.is_ahead
        self._is_negative = node.is_negative
        inner = node.inner
        self._automaton = Automaton(inner if node.is_ahead else anywhere(inner), groups)

    def passes(self, text: str, at: int) -> bool:
        if self._is_ahead:
            found = self._automaton.shortest(text, at, at, len(text)) != NOWHERE
        else:
            found = self._automaton.shortest(text, 0, at, at) != NOWHERE
        return found != self._is_negative


def anywhere(node: Node) -> Node:
    """Return the expression with anything before it."""
    return Concat((Repeat(Chars(ALL), 0, UNLIMITED, None), node))


class _State:
    """A set of states of the automaton, reached by a character; `next` by the character that follows."""

    __slots__ = ("accepts", "core", "edges", "next")

    def __init__(self, core: frozenset[int]) -> None:
        self.core = core
        self.next: dict[Any, _State | None] = {}
        self.accepts = False
        self.edges: list[tuple[Ranges, int]] = []


class Automaton:
    def __init__(self, node: Node, groups: Mapping[int, Node]) -> None:
        builder = _Builder(groups)
        start = builder.state()
        self._end = builder.add(node, start)
        self._edges, self._free = builder.edges, builder.free
        conditions = [condition for free in builder.free for _, condition in free if condition is not None]
        self._has_conditions = bool(conditions)
        self._has_lookarounds = any(isinstance(condition, Lookaround) for condition in conditions)
        self._states: dict[Any, _State] = {}
        self.scanned = 0  # characters looked at for the last answer
        self._core = frozenset((start,))
        if not self._has_conditions:
            self._start = self._closed(self._core, None)

    def longest(self, text: str, start: int, limit: int) -> int:
        """Return the last place up to the limit where a match that begins at start can end, or NOWHERE."""
        if self._has_conditions:
            return self._conditional(text, start, start, limit, is_longest=True)
        state: _State | None = self._start
        last = start if self._start.accepts else NOWHERE
        for at in range(start, limit):
            character = text[at]
            try:
                state = state.next[character]  # type: ignore[union-attr]
            except KeyError:
                state = self._step(state, character)  # type: ignore[arg-type]
            if state is None:
                self.scanned = at - start
                return last
            if state.accepts:
                last = at + 1
        self.scanned = limit - start
        return last

    def shortest(self, text: str, start: int, least: int, limit: int) -> int:
        """Return the first place from least to limit where a match can end, or NOWHERE."""
        if self._has_conditions:
            return self._conditional(text, start, least, limit, is_longest=False)
        state: _State | None = self._start
        if start >= least and self._start.accepts:
            return start
        for at in range(start, limit):
            character = text[at]
            try:
                state = state.next[character]  # type: ignore[union-attr]
            except KeyError:
                state = self._step(state, character)  # type: ignore[arg-type]
            if state is None:
                self.scanned = at - start
                return NOWHERE
            if state.accepts and at + 1 >= least:
                self.scanned = at - start
                return at + 1
        self.scanned = limit - start
        return NOWHERE

    def _step(self, state: _State, character: str) -> _State | None:
        core = self._reached(state, character)
        following = self._closed(core, None) if core else None
        state.next[character] = following
        return following

    @staticmethod
    def _reached(state: _State, character: str) -> frozenset[int]:
        code = ord(character)
        return frozenset(target for ranges, target in state.edges if contains(ranges, code))

    def _closed(self, core: frozenset[int], place: Place | None, key: Any = None) -> _State:
        """Return the state with all that is free to reach from its core at the place."""
        known = None if self._has_lookarounds else self._states.get((core, key))
        if known is not None:
            return known
        state = _State(core)
        reached, waiting = set(core), list(core)
        while waiting:
            one = waiting.pop()
            for target, condition in self._free[one]:
                if target not in reached and (condition is None or _holds(condition, place)):
                    reached.add(target)
                    waiting.append(target)
        state.accepts = self._end in reached
        state.edges = [edge for one in reached for edge in self._edges[one]]
        if not self._has_lookarounds:
            if len(self._states) >= _REMEMBERED_MAX:
                self._forget()
            self._states[core, key] = state
        return state

    def _forget(self) -> None:
        for state in self._states.values():
            state.next.clear()
        self._states.clear()

    def _conditional(self, text: str, start: int, least: int, limit: int, *, is_longest: bool) -> int:
        found, core = NOWHERE, self._core
        before = kind_before(text, start)
        for at in range(start, limit + 1):
            after = kind_of(text[at]) if at < len(text) else 0
            state = self._closed(core, Place(text, at, before, after), (before, after))
            if state.accepts and at >= least:
                found = at
                if not is_longest:
                    break
            if at == limit:
                break
            following = state.next.get(text[at])
            if following is None:
                following = _State(self._reached(state, text[at]))
                state.next[text[at]] = following
            core = following.core
            if not core:
                break
            before = after
        self.scanned = at - start
        return found


def _holds(condition: Where | Lookaround, place: Place | None) -> bool:
    assert place is not None
    if isinstance(condition, Lookaround):
        return condition.passes(place.text, place.at)
    return passes(condition, place)
