"""The same language for Python's `re`, which is fast and takes the first alternative that works.

yes or no       any expression that is not exponential there: as long as the text is short for its quantifiers
match, groups   an expression that has one way only to match a text: no two characters it may want next overlap,
                and every quantifier prefers the longest; then the first way is the only one
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from borealis.functions.regex.charsets import ALL, CHARACTER_MAX, Ranges, overlap
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
    Prefer,
    Repeat,
    Where,
)

_POSITIONS_MAX = 200
_WORD = "[0-9A-Z_a-z]"
_WHERE = {
    Where.TEXT_START: "\\A",
    Where.TEXT_END: "\\Z",
    Where.LINE_START: "(?<![^\\n])",
    Where.LINE_END: "(?![^\\n])",
    Where.WORD_START: f"(?<!{_WORD})(?={_WORD})",
    Where.WORD_END: f"(?<={_WORD})(?!{_WORD})",
    Where.WORD_BOUNDARY: f"(?:(?<!{_WORD})(?={_WORD})|(?<={_WORD})(?!{_WORD}))",
    Where.NO_WORD_BOUNDARY: f"(?:(?<!{_WORD})(?!{_WORD})|(?<={_WORD})(?={_WORD}))",
}


def pattern_of(node: Node) -> str | None:
    """Return the text for Python's re with DOTALL, None where there is none."""
    match node:
        case Chars(ranges):
            return _chars(ranges)
        case Assertion(where):
            return _WHERE[where]
        case Concat(items):
            return _joined(items, "")
        case Alternation(branches):
            inner = _joined(branches, "|")
            return None if inner is None else f"(?:{inner})"
        case Group(number, inner_node):
            inner = pattern_of(inner_node)
            return None if inner is None else f"({inner})" if number else f"(?:{inner})"
        case Repeat():
            inner = pattern_of(node.inner)
            return None if inner is None else f"(?:{inner}){_count(node)}"
    return None  # back references and lookarounds: ours alone


def _joined(nodes: tuple[Node, ...], separator: str) -> str | None:
    parts = [pattern_of(node) for node in nodes]
    return None if None in parts else separator.join(parts)  # type: ignore[arg-type]


def _chars(ranges: Ranges) -> str:
    if ranges == ALL:
        return "."
    if not ranges:
        return "(?!)"
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return re.escape(chr(ranges[0][0]))
    return "[" + "".join(f"{_code(low)}-{_code(high)}" for low, high in ranges) + "]"


def _code(code: int) -> str:
    return f"\\U{min(code, CHARACTER_MAX):08x}"


def _count(node: Repeat) -> str:
    most = "" if node.most == UNLIMITED else str(node.most)
    return f"{{{node.least},{most}}}"


def cost_exponent(node: Node) -> int | None:
    """Return e where a search costs at most about length**e steps, None where it may be exponential."""
    loops = _loops(node, in_loop=False)
    return None if loops is None else loops + 1


def _loops(node: Node, *, in_loop: bool) -> int | None:
    match node:
        case Concat(items) | Alternation(items):
            total = 0
            for item in items:
                found = _loops(item, in_loop=in_loop)
                if found is None:
                    return None
                total += found
            return total
        case Group(_, inner):
            return _loops(inner, in_loop=in_loop)
        case Repeat(inner, least, most, _):
            if least == most == 1:
                return _loops(inner, in_loop=in_loop)
            varies = least != most
            inside = _loops(inner, in_loop=in_loop or most > 1)
            if inside is None or (in_loop and varies) or (most > 1 and _has_choice(inner)):
                return None
            return inside + varies
    return 0


def _has_choice(node: Node) -> bool:
    match node:
        case Alternation():
            return True
        case Concat(items):
            return any(_has_choice(item) for item in items)
        case Group(_, inner):
            return _has_choice(inner)
        case Repeat(inner, least, most, _):
            return least != most or _has_choice(inner)
    return False


def has_one_way(node: Node) -> bool:
    """Return whether there is but one way to match any text, so that Python's answer is PostgreSQL's, groups too."""
    body = list(node.items) if isinstance(node, Concat) else [node]
    if body and body[0] == Assertion(Where.TEXT_START):
        del body[0]
    if body and body[-1] == Assertion(Where.TEXT_END):
        del body[-1]
    try:
        return _Ways().is_single(Concat(tuple(body)))
    except _SeveralError:
        return False


class _SeveralError(Exception):
    """The expression may match a text in several ways, or was not understood."""


@dataclass(slots=True)
class _Ends:
    """What a part can begin and end with, as numbers of positions, and whether it can be empty."""

    first: set[int]
    last: set[int]
    is_nullable: bool


class _Ways:
    """Glushkov's construction: which positions of the expression may follow each other."""

    def __init__(self) -> None:
        self._sets: list[Ranges] = []
        self._following: list[set[int]] = []

    def is_single(self, node: Node) -> bool:
        ends = self._ends(node)
        return all(not self._clash(group) for group in (ends.first, *self._following))

    def _clash(self, positions: set[int]) -> bool:
        listed = sorted(positions)
        return any(
            overlap(self._sets[one], self._sets[other])
            for n, one in enumerate(listed)
            for other in listed[n + 1 :]
        )

    def _ends(self, node: Node) -> _Ends:
        match node:
            case Chars(ranges):
                return self._position(ranges)
            case Group(_, inner):
                return self._ends(inner)
            case Concat(items):
                whole = _Ends(set(), set(), is_nullable=True)
                for item in items:
                    whole = self._then(whole, self._ends(item))
                return whole
            case Alternation(branches):
                return self._either([self._ends(branch) for branch in branches])
            case Repeat():
                return self._repeated(node)
        raise _SeveralError

    def _position(self, ranges: Ranges) -> _Ends:
        if len(self._sets) >= _POSITIONS_MAX:
            raise _SeveralError
        number = len(self._sets)
        self._sets.append(ranges)
        self._following.append(set())
        return _Ends({number}, {number}, is_nullable=False)

    def _then(self, left: _Ends, right: _Ends) -> _Ends:
        for position in left.last:
            self._following[position] |= right.first
        return _Ends(
            left.first | right.first if left.is_nullable else left.first,
            left.last | right.last if right.is_nullable else right.last,
            is_nullable=left.is_nullable and right.is_nullable,
        )

    def _either(self, branches: list[_Ends]) -> _Ends:
        if sum(branch.is_nullable for branch in branches) > 1:
            raise _SeveralError
        return _Ends(
            set().union(*(branch.first for branch in branches)),
            set().union(*(branch.last for branch in branches)),
            is_nullable=any(branch.is_nullable for branch in branches),
        )

    def _repeated(self, node: Repeat) -> _Ends:
        if node.prefer is Prefer.SHORTEST or node.most == 0 or not _keeps_groups(node):
            raise _SeveralError
        whole = _Ends(set(), set(), is_nullable=True)
        for _ in range(node.least if node.most == UNLIMITED else node.most):
            whole = self._then(whole, self._checked(node.inner))
        if node.most == UNLIMITED:
            loop = self._checked(node.inner)
            for position in loop.last:
                if self._following[position] & loop.first:
                    raise _SeveralError
                self._following[position] |= loop.first
            loop.is_nullable = True
            return self._then(whole, loop)
        return self._optional(node) if node.least != node.most else whole

    def _optional(self, node: Repeat) -> _Ends:
        """x{2,4} as xx(x(x)?)?."""
        tail = _Ends(set(), set(), is_nullable=True)
        for _ in range(node.most - node.least):
            tail = self._then(self._checked(node.inner), tail)
            tail.is_nullable = True
        whole = _Ends(set(), set(), is_nullable=True)
        for _ in range(node.least):
            whole = self._then(whole, self._checked(node.inner))
        return self._then(whole, tail)

    def _checked(self, inner: Node) -> _Ends:
        ends = self._ends(inner)
        if ends.is_nullable:
            raise _SeveralError
        return ends


def _keeps_groups(node: Repeat) -> bool:
    """Python keeps a group's match from an earlier repetition; a group that is all that is repeated is always set anew."""
    inner = node.inner
    if isinstance(inner, Group) and inner.number:
        inner = inner.inner
    return node.most == 1 or not any(isinstance(each, Group) and each.number for each in _walk(inner))


def _walk(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case Concat(items) | Alternation(items):
            for item in items:
                yield from _walk(item)
        case Group(_, inner) | Repeat(inner, _, _, _):
            yield from _walk(inner)
        case Look() | Backref():
            raise _SeveralError
