"""What stands behind each ?n of a compiled statement, and the function that binds them all.

Users' literals and parameters never become SQL text. A source is one of

    Literal(value)     a constant of the statement
    Argument(number)   $number of the client, from 1
    RowValue(ordinal)  a value of the row a row statement is run over (pending writes, RETURNING, CHECK), from 0
    Runtime(name)      CURRENT_TIMESTAMP, CURRENT_USER and the like

and each appears once however often it is named, so equal expressions stay equal for SQLite (GROUP BY ?1).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from borealis.executor.compile.frame_offsets import offset_function
from borealis.executor.generate import compile_function
from borealis.types.base import Oid, Style, Value

VARIABLES_MAX = 32_000
"""SQLite takes 32,766 in a statement; beyond this, callers pass lists as JSON."""


@dataclass(frozen=True, slots=True)
class Literal:
    value: Value


@dataclass(frozen=True, slots=True)
class Argument:
    number: int


@dataclass(frozen=True, slots=True)
class RowValue:
    ordinal: int


@dataclass(frozen=True, slots=True)
class Runtime:
    """A value the transaction knows, by SQL's name in lower case: current_timestamp, current_user."""

    name: str


@dataclass(frozen=True, slots=True)
class WithRows:
    """The rows a data-modifying WITH query has returned, as JSON (executor/data_modifying.py)."""

    part: int


@dataclass(frozen=True, slots=True)
class FrameOffset:
    """A window frame's offset, as the number SQLite takes (frame_offsets.py). key None: ROWS and GROUPS."""

    source: Literal | Argument
    key: Oid | None
    scale: int
    place: str  # starting, ending


Source = FrameOffset | Literal | Argument | RowValue | Runtime | WithRows


class RuntimeValues(Protocol):
    @property
    def style(self) -> Style: ...

    def runtime_value(self, name: str) -> Value: ...


Bindings = Callable[[tuple[Value, ...], tuple[Value, ...], RuntimeValues], tuple[Value, ...]]
"""(the client's arguments, the row of a row statement, the transaction) to the values of ?1, ?2, …"""


_NUMBER = re.compile(r"\?(\d+)")


class Parameters:
    """The sources of one statement while it is compiled."""

    def __init__(self) -> None:
        self.sources: list[Source] = []
        self._numbers: dict[object, int] = {}

    def name(self, source: Source) -> str:
        """Return the SQLite parameter that carries this source."""
        identity = (source, type(source.value), repr(source.value)) if isinstance(source, Literal) else source
        number = self._numbers.get(identity)
        if number is None:
            self.sources.append(source)
            number = self._numbers[identity] = len(self.sources)
        return f"?{number}"

    def literal(self, value: Value) -> str:
        return "NULL" if value is None else self.name(Literal(value))

    def finish(self, text: str) -> tuple[str, Bindings]:
        """Return the statement's text and its bindings, without the parameters that emitters left out."""
        used = {int(number) for number in _NUMBER.findall(text)}
        if len(used) == len(self.sources):
            return text, bindings_of(tuple(self.sources))
        renumbered = {old: new for new, old in enumerate(sorted(used), 1)}
        text = _NUMBER.sub(lambda match: f"?{renumbered[int(match[1])]}", text)
        return text, bindings_of(tuple(self.sources[old - 1] for old in sorted(used)))


def bindings_of(sources: tuple[Source, ...]) -> Bindings:
    """Return a generated function that puts the values of the sources into one tuple."""
    constants: dict[str, object] = {}
    terms = [_term(source, ordinal, constants) for ordinal, source in enumerate(sources)]
    text = f"({''.join(term + ', ' for term in terms)})"
    bindings: Bindings = compile_function(
        "bindings", ("arguments", "row", "runtime"), [f"return {text}"], constants
    )
    return bindings


def _term(source: Source, ordinal: int, constants: dict[str, object]) -> str:
    match source:
        case Argument(number):
            return f"arguments[{number - 1}]"
        case RowValue(position):
            return f"row[{position}]"
        case Literal(value):
            constants[f"literal_{ordinal}"] = value
            return f"literal_{ordinal}"
        case Runtime(name):
            return f"runtime.runtime_value({name!r})"
        case FrameOffset(source, key, scale, place):
            constants[f"offset_{ordinal}"] = offset_function(key, scale, place)
            return f"offset_{ordinal}({_term(source, ordinal, constants)}, runtime)"
        case WithRows(part):
            return f"runtime.with_rows[{part}]"
