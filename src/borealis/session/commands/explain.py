"""EXPLAIN of a query without a FROM, which is one Result; every other statement, and the options that measure, are refused by name.

Costs and widths are PostgreSQL's: a row costs cpu_tuple_cost, each operator or function call cpu_operator_cost.
Source: dsql-facts.md §6; PostgreSQL 16, cost_qual_eval (costsize.c), get_typavgwidth (lsyscache.c).
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from borealis.errors import FeatureNotSupported, SyntaxError_
from borealis.executor.compile.trees import any_node, walk
from borealis.session.commands.base import Command
from borealis.session.portal import Portal
from borealis.session.rows import FixedRows, send_rows
from borealis.sql.bind import bind
from borealis.sql.bound.expressions import AggregateCall, FuncCall, SubLink, WindowCall
from borealis.sql.bound.statements import Select, Target
from borealis.sql.parse import Node, Parsed
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import type_of
from borealis.wire import backend
from borealis.wire.backend import Field

if TYPE_CHECKING:
    from borealis.session.session import Session

_QUERY_PLAN = Field(name="QUERY PLAN", table=0, attnum=0, type=oids.TEXT, type_length=-1, typmod=-1, format=0)
_TUPLE_COST = 0.01
_OPERATOR_COST = 0.0025
_UNKNOWN_WIDTH = 32


def explain_command(session: Session, parsed: Parsed, parameter_types: tuple[Oid, ...]) -> Command:
    """Prepare an EXPLAIN.

    Raises:
        SyntaxError_: 42601, an option PostgreSQL does not know.
        FeatureNotSupported: 0A000, a statement or an option that cannot be explained yet.
    """
    shows_costs = _shows_costs(parsed)
    ((node_name, node),) = parsed.node["query"].items()
    scope = session.scope
    bound = bind(
        Parsed(parsed.text, node_name, node),
        session.engine.catalog,
        parameter_types,
        scope.search_path,
        scope.style,
        scope.user,
    )
    statement = bound.statement
    if not isinstance(statement, Select) or not _is_one_result(statement):
        raise FeatureNotSupported("EXPLAIN of a statement that reads or writes tables not supported yet")
    return Explain((_line(statement, shows_costs=shows_costs),), bound.parameter_types)


def _shows_costs(parsed: Parsed) -> bool:
    shows = True
    for option in parsed.node.get("options", ()):
        element = option["DefElem"]
        match element["defname"]:
            case "costs":
                shows = _is_on(element)
            case (
                "analyze" | "verbose" | "buffers" | "wal" | "timing" | "summary" | "settings" | "generic_plan"
            ):
                if _is_on(element):
                    raise FeatureNotSupported(
                        f"EXPLAIN option {element['defname'].upper()} not supported yet"
                    )
            case "format":
                if element["arg"]["String"]["sval"].lower() != "text":
                    raise FeatureNotSupported("EXPLAIN option FORMAT not supported yet")
            case name:
                raise SyntaxError_(
                    f'unrecognized EXPLAIN option "{name}"', position=parsed.position(element.get("location"))
                )
    return shows


def _is_on(element: Node) -> bool:
    match element.get("arg"):
        case None:
            return True
        case {"String": value}:
            return bool(value["sval"].lower() in ("on", "true"))
        case {"Integer": value}:
            return bool(value.get("ival", 0))
        case {"Boolean": value}:
            return bool(value.get("boolval", False))
    return False


def _is_one_result(node: Select) -> bool:
    if node.from_ is not None or node.where is not None or node.is_grouped or node.ctes or node.locks:
        return False
    if node.distinct or node.distinct_on or node.order or node.limit or node.offset:
        return False
    return not any_node(
        node,
        lambda each: (
            isinstance(each, SubLink | AggregateCall | WindowCall)
            or (isinstance(each, FuncCall) and each.function.returns_set)
        ),
    )


def _line(node: Select, *, shows_costs: bool) -> str:
    if not shows_costs:
        return "Result"
    # PostgreSQL has folded the calls of immutable functions over constants into one constant.
    calls = sum(
        isinstance(each, FuncCall) and each.function.volatility != "i"
        for target in node.targets
        for each in walk(target.expr)
    )
    cost = _TUPLE_COST + calls * _OPERATOR_COST
    return f"Result  (cost=0.00..{cost:.2f} rows=1 width={sum(map(_width, node.targets))})"


def _width(target: Target) -> int:
    """Return what PostgreSQL takes a value's width for."""
    length = type_of(target.expr.type).length
    if length > 0:
        return length
    largest = _largest(target.expr.type, target.expr.typmod)
    if largest is None:
        return _UNKNOWN_WIDTH
    if target.expr.type == oids.BPCHAR or largest <= _UNKNOWN_WIDTH:
        return largest
    return _UNKNOWN_WIDTH + (min(largest, 1000) - _UNKNOWN_WIDTH) // 2


def _largest(type_: Oid, typmod: int) -> int | None:
    """Return the bytes the longest value of a declared length takes; None where none is declared."""
    if typmod < 4:
        return None
    if type_ in (oids.BPCHAR, oids.VARCHAR):
        return (typmod - 4) * 4 + 4
    if type_ == oids.NUMERIC:
        precision = (typmod - 4) >> 16 & 0xFFFF
        return 8 + (precision + 6) // 4 * 2
    return None


class Explain(Command):
    """A plan's lines, as rows."""

    __slots__ = ("_lines", "fields", "parameter_types")

    def __init__(self, lines: tuple[str, ...], parameter_types: tuple[Oid, ...]) -> None:
        self._lines = lines
        self.fields = (_QUERY_PLAN,)
        self.parameter_types = parameter_types

    def run(self, session: Session, portal: Portal, rows_max: int) -> Awaitable[None] | None:
        if portal.result is None:
            session.block.start()
            portal.result = FixedRows([(line,) for line in self._lines])
        pending = send_rows(session, portal, rows_max, "")
        if portal.completion is not None:
            portal.completion = backend.command_complete("EXPLAIN")
        return pending
