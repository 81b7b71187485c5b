"""The same statement on Borealis and on PostgreSQL 16, and whether they answered alike."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import pq


@dataclass(frozen=True, slots=True)
class Reply:
    sqlstate: str  # empty: it succeeded
    message: str
    types: tuple[int, ...] = ()
    rows: tuple[tuple[bytes | None, ...], ...] = ()


def ask(connection: pq.PGconn, sql: str) -> Reply:
    result = connection.exec_(sql.encode())
    if result.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        state = result.error_field(pq.DiagnosticField.SQLSTATE) or b""
        text = result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or connection.error_message
        return Reply(state.decode(), text.decode())
    columns = range(result.nfields)
    rows = tuple(tuple(result.get_value(row, column) for column in columns) for row in range(result.ntuples))
    return Reply("", "", tuple(result.ftype(column) for column in columns), rows)


def is_refusal(reply: Reply) -> bool:
    """Whether it says clearly that it cannot, which is no wrong answer."""
    return reply.sqlstate == "0A000"


def is_matter_of_order(ours: Reply, theirs: Reply) -> bool:
    """Whether only one side met a bad value (class 22).

    SQL fixes no order of evaluation: PostgreSQL computes constants while it plans, and leaves out what a window or an
    empty subquery never asks for.
    """
    return (ours.sqlstate[:2], theirs.sqlstate) == ("22", "") or (ours.sqlstate, theirs.sqlstate[:2]) == (
        "",
        "22",
    )


def _is_of_values(reply: Reply) -> bool:
    return reply.sqlstate.startswith("22") or reply.sqlstate == "0A000"


def difference(ours: Reply, theirs: Reply) -> str:
    """Return what differs, empty if nothing does; which of several bad values is met first is the plan's business."""
    if ours.sqlstate or theirs.sqlstate:
        # date_bin refuses months with 0A000.
        same = ours.sqlstate == theirs.sqlstate or (_is_of_values(ours) and _is_of_values(theirs))
        return (
            ""
            if same
            else f"{ours.sqlstate or 'ok'} {ours.message} / {theirs.sqlstate or 'ok'} {theirs.message}"
        )
    if ours.types != theirs.types:
        return f"types {ours.types} / {theirs.types}"
    if ours.rows == theirs.rows:
        return ""
    if len(ours.rows) != len(theirs.rows):
        return f"{len(ours.rows)} / {len(theirs.rows)} rows"
    return next(f"{a} / {b}" for a, b in zip(ours.rows, theirs.rows, strict=True) if a != b)
