"""The tree of preferences: how a match, once its ends are known, is given out to the parts of the expression.

A part without groups, back references or mixed preferences is a leaf: only its automaton matters. The others are
concatenations (the left part takes the most it can, or the least), alternations (the first that fits), repetitions and
back references. What a part prefers is what its first part prefers that prefers anything; an alternation the longest.

Source: PostgreSQL 16 documentation 9.7.3.5; the rule that x{2,3} with a group is x{1,2}x, the group in the last x.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from borealis.functions.regex.automaton import Automaton
from borealis.functions.regex.syntax import (
    EMPTY,
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
)

LONGER, SHORTER, MIXED, CAPTURES, REFERS = 1, 2, 4, 8, 16
_PREFERENCE = LONGER | SHORTER
_MESSY = MIXED | CAPTURES | REFERS


class Kind(enum.Enum):
    LEAF = enum.auto()
    CONCAT = enum.auto()
    ALTERNATION = enum.auto()
    REPEAT = enum.auto()
    REFERENCE = enum.auto()
    WRAPPER = enum.auto()  # ((x)): a group around a group


@dataclass(slots=True, eq=False)
class Part:
    kind: Kind
    flags: int
    syntax: Node
    children: tuple[Part, ...] = ()
    group: int = 0
    least: int = 1
    most: int = 1
    reference: int = 0
    _automaton: Automaton | None = None

    @property
    def prefers_shorter(self) -> bool:
        return bool(self.flags & SHORTER)

    def automaton(self, groups: Mapping[int, Node]) -> Automaton:
        if self._automaton is None:
            self._automaton = Automaton(self.syntax, groups)
        return self._automaton

    def groups(self) -> list[int]:
        """Return the numbers of all groups in it."""
        found = [self.group] if self.group else []
        return found + [number for child in self.children for number in child.groups()]


def _up(flags: int) -> int:
    """Return what a part's flags mean for the whole it is in: both preferences make a mixture."""
    mixed = MIXED if flags & _PREFERENCE == _PREFERENCE else 0
    return flags & ~_PREFERENCE | mixed


def _combined(first: int, second: int) -> int:
    return _up(first | second) | (first & _PREFERENCE or second & _PREFERENCE)


def build(node: Node) -> Part:
    """Return the tree of an expression."""
    if isinstance(node, Alternation):
        branches = tuple(_branch(_items(branch)) for branch in node.branches)
        flags = LONGER
        for branch in branches:
            flags |= _up(flags | branch.flags)
        if flags & _MESSY:
            return Part(Kind.ALTERNATION, flags, node, branches)
        return Part(Kind.LEAF, flags, node)
    return _branch(_items(node))


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Concat) else (node,)


def _preference(prefer: Prefer | None) -> int:
    return 0 if prefer is None else LONGER if prefer is Prefer.LONGEST else SHORTER


def _branch(items: tuple[Node, ...]) -> Part:
    """Gather items into a leaf up to the first that needs a part of its own; that one, then the rest."""
    flags = 0
    for n, item in enumerate(items):
        if isinstance(item, Assertion | Look):
            continue
        repeat = item if isinstance(item, Repeat) else Repeat(item, 1, 1, None)
        if repeat.most == 0:
            continue
        atom = _atom(repeat.inner)
        wanted = _preference(repeat.prefer)
        together = flags | wanted | (atom.flags if atom else 0)
        is_own = isinstance(repeat.inner, Backref) or (
            isinstance(repeat.inner, Group) and repeat.inner.number
        )
        if not is_own and not _up(together) & _MESSY:
            flags = together
            continue
        return _from_hard_item(items, n, flags, repeat, atom or Part(Kind.LEAF, 0, repeat.inner))
    return Part(Kind.LEAF, flags, Concat(_kept(items)))


def _kept(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """x{0} matches the empty string, whatever x is."""
    return tuple(item for item in items if not (isinstance(item, Repeat) and item.most == 0))


def _from_hard_item(items: tuple[Node, ...], n: int, flags: int, repeat: Repeat, atom: Part) -> Part:
    prefix, rest = _kept(items[:n]), items[n + 1 :]
    whole = _quantified(repeat, atom)
    if rest:
        wanted = _combined(_preference(repeat.prefer), atom.flags)
        following = _branch(rest)
        syntax = Concat((whole.syntax, following.syntax))
        whole = Part(Kind.CONCAT, wanted | _combined(wanted, following.flags), syntax, (whole, following))
    if not prefix:
        return whole
    leaf = Part(Kind.LEAF, flags, Concat(prefix))
    syntax = Concat((leaf.syntax, whole.syntax))
    return Part(Kind.CONCAT, flags | _combined(flags, whole.flags), syntax, (leaf, whole))


def _atom(node: Node) -> Part | None:
    """Return the part of what is repeated; None for characters, which prefer nothing."""
    match node:
        case Chars():
            return None
        case Backref(number):
            return Part(Kind.REFERENCE, REFERS, node, reference=number)
        case Group(number, inner):
            part = build(inner)
            if not number:
                return part
            if part.group:
                return Part(Kind.WRAPPER, part.flags | CAPTURES, node, (part,), number)
            part.group = number
            part.flags |= CAPTURES
            return part
    return build(node)


def _quantified(repeat: Repeat, atom: Part) -> Part:
    wanted = _preference(repeat.prefer)
    flags = _combined(wanted, atom.flags)
    if atom.kind is Kind.REFERENCE:
        atom.least, atom.most = repeat.least, repeat.most
        atom.flags |= flags
        atom.syntax = repeat
        return atom
    own = atom.flags & (_PREFERENCE | MIXED)
    if (repeat.least == repeat.most == 1 and wanted in (0, own)) or (
        repeat.least == repeat.most == 1 and not own
    ):
        return atom
    if not atom.flags & (CAPTURES | REFERS):
        return Part(Kind.LEAF, flags, repeat)
    if repeat.least > 0 and not atom.flags & REFERS:
        return _last_apart(repeat, atom, flags)
    return Part(Kind.REPEAT, flags, repeat, (atom,), least=repeat.least, most=repeat.most)


def _last_apart(repeat: Repeat, atom: Part, flags: int) -> Part:
    """Only the last repetition's groups count: those before are a leaf."""
    most = repeat.most if repeat.most == UNLIMITED else repeat.most - 1
    before: Node = Repeat(repeat.inner, repeat.least - 1, most, repeat.prefer) if most else EMPTY
    leaf = Part(Kind.LEAF, flags & _PREFERENCE, before)
    return Part(Kind.CONCAT, flags, Concat((before, repeat.inner)), (leaf, atom))
