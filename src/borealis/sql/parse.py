"""Parse: SQL text to PostgreSQL's own parse trees, by libpg_query.

A tree is libpg_query's JSON as Python dicts: a node is `{"SelectStmt": {...}}`, absent keys are false, zero or empty.
Locations in it are byte offsets into the text; `Parsed.position` makes of one what an error reports.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pgparse

from borealis.errors import (
    FeatureNotSupported,
    InvalidEscapeSequence,
    InvalidParameterValue,
    ReservedName,
    SqlError,
    StatementTooComplex,
    SyntaxError_,
    WindowingError,
)
from borealis.sql.additions import take_additions
from borealis.sql.deep_parse import LARGE_CHARACTERS, is_too_deep, on_large_stack

Node = Mapping[str, Any]

_TREE_DEPTH_MAX = 12_000
"""Frames the JSON decoder and the binder may use: some 2,000 levels of nested expressions; deeper answers 54001."""

_OPEN_ESCAPE_STRING = re.compile(r"(?<![\w$])[eE]'(?:[^'\\]|\\.|'')*\Z", re.DOTALL)

_CACHED_TEXT_CHARACTERS_MAX = 4_096

if sys.getrecursionlimit() < _TREE_DEPTH_MAX:
    sys.setrecursionlimit(_TREE_DEPTH_MAX)


@dataclass(frozen=True, slots=True)
class Parsed:
    """One statement. text is the whole message it came in, which positions refer to."""

    text: str
    node_name: str  # SelectStmt
    node: Node

    def position(self, location: int | None) -> int | None:
        """Return the 1-based character position of a byte offset; None where a node has none."""
        if location is None or location < 0:
            return None
        if self.text.isascii():
            return location + 1
        return len(self.text.encode()[:location].decode(errors="ignore")) + 1


def parse(text: str) -> tuple[Parsed, ...]:
    """Parse every statement of a message.

    Raises:
        SyntaxError_: 42601, with libpg_query's (so PostgreSQL's) text and position.
        StatementTooComplex: 54001 for trees deeper than the interpreter goes.
    """
    return _parse_cached(text) if len(text) <= _CACHED_TEXT_CHARACTERS_MAX else _parse(text)


def _parse(text: str) -> tuple[Parsed, ...]:
    additions = take_additions(text)
    try:
        trees = _trees(additions.text)
    except pgparse.PGQueryError as error:
        message = error.message.removesuffix(f" at position {error.position}")
        if message.startswith("stack depth limit exceeded"):
            raise stack_depth_exceeded() from None
        if message == "invalid Unicode escape":
            raise _invalid_escape(text, error.position) from None
        # The grammar itself gives this code to frames whose bounds stand the wrong way round.
        raise _kind_of(message)(message, position=error.position or None) from None
    except RecursionError:
        raise stack_depth_exceeded() from None
    statements = []
    for tree in trees:
        ((node_name, node),) = tree["stmt"].items()
        start = tree.get("stmt_location", 0)
        end = start + tree.get("stmt_len", 0) if "stmt_len" in tree else sys.maxsize
        if any(start <= at < end for at in additions.asyncs):
            node["async"] = True
        for added, name in ((additions.grants, "AwsIamGrantStmt"), (additions.revokes, "AwsIamRevokeStmt")):
            if node_name == "NotifyStmt" and any(start <= at < end for at in added):
                node_name = name
                if "payload" not in node:
                    raise SyntaxError_("syntax error at end of input", position=len(text) + 1)
        statements.append(Parsed(text, node_name, node))
    return tuple(statements)


def _trees(text: str) -> Any:
    if len(text) <= LARGE_CHARACTERS:
        return pgparse.parse(text)
    if is_too_deep(text):
        raise stack_depth_exceeded()
    return on_large_stack(lambda: pgparse.parse(text))


_parse_cached = lru_cache(maxsize=1_024)(_parse)


def leftmost_location(node: object) -> int:
    """Return where an expression begins in the text: the least location of its nodes, -1 if none has one."""
    if isinstance(node, list):
        return min((at for at in map(leftmost_location, node) if at >= 0), default=-1)
    if not isinstance(node, Mapping):
        return -1
    own = [int(node.get("location", 0))] if "location" in node or _LOCATED & node.keys() else []
    inside = [leftmost_location(value) for value in node.values() if isinstance(value, Mapping | list)]
    return min((at for at in own + inside if at >= 0), default=-1)


_LOCATED = frozenset(("fields", "funcname", "lexpr", "rexpr"))
"""Keys of nodes that have a location; at offset 0 it is left out."""


def stack_depth_exceeded() -> StatementTooComplex:
    return StatementTooComplex(
        "stack depth limit exceeded",
        hint='Increase the configuration parameter "max_stack_depth" (currently 2048kB), after ensuring the '
        "platform's stack depth limit is adequate.",
    )


def _invalid_escape(text: str, position: int) -> SqlError:
    """Return the error of an escape, at a position from 1, that is none: E'…' has others than U&'…' and U&"…"."""
    if _OPEN_ESCAPE_STRING.search(text[: position - 1]):
        return InvalidEscapeSequence(
            "invalid Unicode escape",
            hint="Unicode escapes must be \\uXXXX or \\UXXXXXXXX.",
            position=position,
        )
    return SyntaxError_(
        "invalid Unicode escape",
        hint="Unicode escapes must be \\XXXX or \\+XXXXXX.",
        position=position,
    )


_KINDS: tuple[tuple[re.Pattern[str], type[SqlError]], ...] = (
    (re.compile("^frame "), WindowingError),
    (re.compile("^role name |cannot be used as a role name here$"), ReservedName),
    (re.compile("^precision for type float |^column number must be in range "), InvalidParameterValue),
    (
        re.compile(
            "not yet implemented$|no longer (supported|required)$|is not supported$| cannot be marked |"
            "is only supported for ON DELETE actions$|not supported on recursive views$|"
            "^current database cannot be changed$|^aggregates cannot have output arguments$|"
            "^CREATE SCHEMA IF NOT EXISTS cannot include schema elements$"
        ),
        FeatureNotSupported,
    ),
)
"""Errors of the grammar that are none of syntax, by their text. Source: PostgreSQL 16, gram.y."""


def _kind_of(message: str) -> type[SqlError]:
    """Return the class of a parser's error; libpg_query tells its text alone."""
    return next((kind for pattern, kind in _KINDS if pattern.search(message)), SyntaxError_)
