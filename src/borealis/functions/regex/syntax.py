"""What a regular expression is made of, as the parser reads it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from borealis.functions.regex.charsets import Ranges

UNLIMITED = 256
"""The greatest repetition count is 255."""


class Where(enum.Enum):
    """Assertions about the place, which take no characters."""

    TEXT_START = "\\A"
    TEXT_END = "\\Z"
    LINE_START = "^"
    LINE_END = "$"
    WORD_START = "\\m"
    WORD_END = "\\M"
    WORD_BOUNDARY = "\\y"
    NO_WORD_BOUNDARY = "\\Y"


class Prefer(enum.Enum):
    LONGEST = enum.auto()
    SHORTEST = enum.auto()


@dataclass(frozen=True, slots=True)
class Chars:
    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Assertion:
    where: Where


@dataclass(frozen=True, slots=True)
class Look:
    """A lookaround: what it contains captures nothing."""

    is_ahead: bool
    is_negative: bool
    inner: Node


@dataclass(frozen=True, slots=True)
class Group:
    number: int  # 0: does not capture
    inner: Node


@dataclass(frozen=True, slots=True)
class Backref:
    number: int


@dataclass(frozen=True, slots=True)
class Repeat:
    inner: Node
    least: int
    most: int  # UNLIMITED or a count
    prefer: Prefer | None  # None: {m}, which passes on what its operand prefers


@dataclass(frozen=True, slots=True)
class Concat:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternation:
    branches: tuple[Node, ...]


Node = Chars | Assertion | Look | Group | Backref | Repeat | Concat | Alternation

EMPTY = Concat(())
