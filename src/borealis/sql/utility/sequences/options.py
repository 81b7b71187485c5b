"""The options of a sequence: read, defaulted and checked, for CREATE and ALTER SEQUENCE and for identity columns.

Where a sequence stands is no part of this: RESTART, and what changes under a number already handed out, begins a new generation
(transaction/sequences.py).

Source: dsql-facts.md §4.8; PostgreSQL 16, init_params (sequence.c) for defaults, the order of checks and texts.
"""

from __future__ import annotations

from collections.abc import Sequence as Items
from dataclasses import dataclass, replace
from typing import Any

from borealis.catalog.relations import Sequence
from borealis.errors import FeatureNotSupported, InvalidParameterValue, SyntaxError_
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.utility.column_types import column_type
from borealis.types import oids
from borealis.types.base import Oid, Style
from borealis.types.registry import format_type, type_of

INT8_MIN, INT8_MAX = -(2**63), 2**63 - 1
CACHE_MIN = 65_536
_READ_ELSEWHERE = frozenset({"owned_by", "sequence_name", "generated"})


@dataclass(frozen=True, slots=True)
class Options:
    """What was said: a name's value, None for NO MINVALUE and the like; a name that is missing was not said."""

    said: dict[str, Any]
    nodes: dict[str, Node]

    def __contains__(self, name: str) -> bool:
        return name in self.said


def read_options(context: BindContext, items: Items[Node], *, subject: str) -> Options:
    """Read an option list; subject is "sequence" or "identity column".

    Raises: SyntaxError_ 42601, an option was given twice; FeatureNotSupported 0A000, a type that is not bigint.
    """
    said: dict[str, Any] = {}
    nodes: dict[str, Node] = {}
    for item in items:
        element = item["DefElem"]
        name = element["defname"]
        if name in nodes:
            raise SyntaxError_("conflicting or redundant options", position=context.position(element))
        nodes[name] = element
        if name == "as":
            check_type(column_type(context, element["arg"]["TypeName"])[0], subject)
        elif name not in _READ_ELSEWHERE:
            said[name] = _value(element, context.style)
    return Options(said, nodes)


def check_type(oid: Oid, subject: str) -> None:
    """Raise 0A000 for another integer type than bigint, and 22023 for any other."""
    if oid not in (oids.INT2, oids.INT4, oids.INT8):
        raise InvalidParameterValue(f"{subject} type must be smallint, integer, or bigint")
    if oid != oids.INT8:
        raise FeatureNotSupported(
            f"datatype {format_type(oid, -1)} not supported, {subject} type must be bigint"
        )


def _value(element: Node, style: Style) -> Any:
    argument = element.get("arg")
    match argument:
        case None:
            return None
        case {"Boolean": value}:
            return bool(value.get("boolval", False))
        case {"Integer": value}:
            return int(value.get("ival", 0))
        case {"Float": value}:  # an integer beyond int4, or no integer, which int8's reader refuses
            return type_of(oids.INT8).decode_text(value["fval"], style)
    raise SyntaxError_(f"sequence option {element['defname']} not recognized")


def check_cache(options: Options, statement: str) -> None:
    """Raise where no cache size is given; statement is what is "not supported" without one."""
    if "cache" not in options:
        raise FeatureNotSupported(
            f"{statement} is not supported without an explicit cache size. "
            "please define CACHE greater than or equal to 65536 or equal to 1"
        )


def apply_options(sequence: Sequence, options: Options, *, is_new: bool) -> Sequence:
    """Return the sequence with the options put to it.

    Raises: InvalidParameterValue 22023, bounds that do not fit.
    """
    said = options.said
    increment = said["increment"] if said.get("increment") is not None else sequence.increment
    if increment == 0:
        raise InvalidParameterValue("INCREMENT must not be zero")
    is_cyclic = bool(said["cycle"]) if "cycle" in said else sequence.is_cyclic
    maximum = _bound(
        said, "maxvalue", INT8_MAX if increment > 0 else -1, None if is_new else sequence.maximum
    )
    minimum = _bound(said, "minvalue", 1 if increment > 0 else INT8_MIN, None if is_new else sequence.minimum)
    if minimum >= maximum:
        raise InvalidParameterValue(f"MINVALUE ({minimum}) must be less than MAXVALUE ({maximum})")
    start = said.get("start")
    if start is None:
        start = (minimum if increment > 0 else maximum) if is_new else sequence.start
    _check_inside("START", start, minimum, maximum)
    new = replace(
        sequence,
        increment=increment,
        is_cyclic=is_cyclic,
        maximum=maximum,
        minimum=minimum,
        start=start,
        cache=_cache(said, sequence.cache),
    )
    if "restart" not in said:
        return new
    restart = start if said["restart"] is None else said["restart"]
    _check_inside("RESTART", restart, minimum, maximum)
    return replace(new, generation=sequence.generation + 1, restart=restart)


def _bound(said: dict[str, Any], name: str, default: int, current: int | None) -> int:
    if name not in said and current is not None:
        return current
    value = said.get(name)
    return default if value is None else int(value)


def _check_inside(word: str, value: int, minimum: int, maximum: int) -> None:
    if value < minimum:
        raise InvalidParameterValue(f"{word} value ({value}) cannot be less than MINVALUE ({minimum})")
    if value > maximum:
        raise InvalidParameterValue(f"{word} value ({value}) cannot be greater than MAXVALUE ({maximum})")


def _cache(said: dict[str, Any], current: int) -> int:
    value = said.get("cache")
    if value is None:
        return current
    if value <= 0:
        raise InvalidParameterValue(f"CACHE ({value}) must be greater than zero")
    if 1 < value < CACHE_MIN:
        raise FeatureNotSupported(
            f"CACHE ({value}) not supported. please define CACHE greater than or equal to {CACHE_MIN} or equal to 1"
        )
    return int(value)
