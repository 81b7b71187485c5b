"""Window functions: SQLite's own, with PostgreSQL's errors and NULLs.

SQLite evaluates lag over the rows up to the current one only, so a negative offset (PostgreSQL: a row after) is written as
lead; where the sign is not known, both stand in a CASE.
"""

from __future__ import annotations

from collections.abc import Callable

from borealis.errors import InvalidArgumentForNthValue, InvalidArgumentForNtile
from borealis.functions.implementation import Sql, scalar
from borealis.functions.numeric.representation import unified
from borealis.types.base import Value

WindowEmitter = Callable[[tuple[Sql, ...], str], Sql]
"""(arguments, ` OVER (…)`) to the call."""

WINDOW_FUNCTIONS: dict[str, WindowEmitter] = {}


def _native(source: str, name: str) -> None:
    WINDOW_FUNCTIONS[source] = lambda args, over: Sql(f"{name}(){over}")


for _source in ("row_number", "rank", "dense_rank", "percent_rank", "cume_dist"):
    _native(f"window_{_source}", _source)


def _of_frame(source: str, name: str) -> None:
    # The value of one row of the frame, as that row has it: the representation stays.
    WINDOW_FUNCTIONS[source] = lambda args, over: Sql(f"{name}({args[0].text}){over}", args[0].representation)


_of_frame("window_first_value", "first_value")
_of_frame("window_last_value", "last_value")


def _nth_value(args: tuple[Sql, ...], over: str) -> Sql:
    value, n = args
    if n.text == "NULL":
        return Sql("NULL")
    return Sql(f"nth_value({value.text}, pg_nth_value_argument({n.text})){over}", value.representation)


def _ntile(args: tuple[Sql, ...], over: str) -> Sql:
    if args[0].text == "NULL":
        return Sql("NULL")
    return Sql(f"ntile(pg_ntile_argument({args[0].text})){over}")


WINDOW_FUNCTIONS["window_nth_value"] = _nth_value
WINDOW_FUNCTIONS["window_ntile"] = _ntile


@scalar("nth_value_argument", deterministic=False)
def _nth_value_argument(n: int) -> Value:
    if n <= 0:
        raise InvalidArgumentForNthValue("argument of nth_value must be greater than zero")
    return n


@scalar("ntile_argument", deterministic=False)
def _ntile_argument(n: int) -> Value:
    if n <= 0:
        raise InvalidArgumentForNtile("argument of ntile must be greater than zero")
    return n


def _shift(name: str, other: str) -> WindowEmitter:
    def write(args: tuple[Sql, ...], over: str) -> Sql:
        value, *more = args
        if not more:
            return Sql(f"{name}({value.text}){over}", value.representation)
        offset, *default = more
        if offset.text == "NULL":
            return Sql("NULL")
        texts, representation = unified((value, *default))
        rest = "".join(f", {text}" for text in texts[1:])
        if isinstance(offset.constant, int):
            function = name if offset.constant >= 0 else other
            return Sql(f"{function}({texts[0]}, {abs(offset.constant)}{rest}){over}", representation)
        ahead = f"{name}({texts[0]}, max({offset.text}, 0){rest}){over}"
        behind = f"{other}({texts[0]}, max(- {offset.text}, 0){rest}){over}"
        text = f"(CASE WHEN {offset.text} >= 0 THEN {ahead} WHEN {offset.text} < 0 THEN {behind} END)"
        return Sql(text, representation)

    return write


for _suffix in ("", "_with_offset", "_with_offset_and_default"):
    WINDOW_FUNCTIONS[f"window_lag{_suffix}"] = _shift("lag", "lead")
    WINDOW_FUNCTIONS[f"window_lead{_suffix}"] = _shift("lead", "lag")
