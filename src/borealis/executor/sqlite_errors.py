"""SQLite's errors while a statement runs, as the errors a client sees."""

from __future__ import annotations

import re

import apsw

from borealis.errors import (
    InvalidPrecedingOrFollowingSize,
    NumericValueOutOfRange,
    ProgramLimitExceeded,
    QueryCanceled,
    SqlError,
    StatementTooComplex,
)
from borealis.sql.parse import stack_depth_exceeded
from borealis.storage.errors import sql_error

_TOO_DEEP = re.compile(
    r"parser stack overflow|Recursion limit|Expression tree is too large|too many terms"
    r"|at most \d+ tables in a join|too many FROM clause terms"
)
_TOO_BIG = re.compile(
    r"too many (SQL variables|columns|arguments|attached)|string or blob too big|maximum number of"
)
_FRAME = re.compile(r"frame (starting|ending) offset must be a non-negative (integer|number)")
_STALE = re.compile(r"no such (table|column)|database schema has changed|malformed database schema")


def is_stale_schema(error: apsw.Error) -> bool:
    """Whether the statement was compiled for tables that are not there any more, or not yet."""
    return isinstance(error, apsw.SchemaChangeError | apsw.SQLError) and _STALE.search(str(error)) is not None


def translate(error: apsw.Error, connection: apsw.Connection | None = None) -> SqlError:
    """Return the error a client sees."""
    text = str(error)
    frame = _FRAME.search(text)
    if frame is not None:
        place, kind = frame.groups()
        if kind == "number":
            return InvalidPrecedingOrFollowingSize("invalid preceding or following size in window function")
        return InvalidPrecedingOrFollowingSize(f"frame {place} offset must not be negative")
    if isinstance(error, apsw.InterruptError):
        return canceled()
    if "integer overflow" in text:
        return NumericValueOutOfRange("bigint out of range")
    if _TOO_DEEP.search(text):
        return stack_depth_exceeded()
    if _TOO_BIG.search(text) or isinstance(error, apsw.TooBigError):
        return StatementTooComplex(f"statement too complex: {text}")
    if isinstance(error, apsw.NoMemError):
        return ProgramLimitExceeded("query requires too much temp space, out of memory.")
    return sql_error(error, connection)


def canceled() -> QueryCanceled:
    return QueryCanceled("canceling statement due to user request")
