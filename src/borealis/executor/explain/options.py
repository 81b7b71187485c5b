"""EXPLAIN's options. PostgreSQL's rules: the last of several counts, TIMING and SUMMARY come with ANALYZE."""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields

from borealis.errors import InvalidParameterValue, SyntaxError_
from borealis.sql.parse import Node, Parsed


class Format(enum.Enum):
    TEXT = "text"
    XML = "xml"
    JSON = "json"
    YAML = "yaml"


@dataclass(frozen=True, slots=True)
class ExplainOptions:
    analyze: bool = False
    verbose: bool = False
    costs: bool = True
    settings: bool = False
    generic_plan: bool = False
    buffers: bool = False  # accepted; pages are not DSQL's unit, so there is nothing to show
    wal: bool = False  # accepted, as buffers
    timing: bool = False
    summary: bool = False
    format: Format = Format.TEXT
    sqlite: bool = False
    """Show the SQLite statement: ours."""


_FLAGS = frozenset(field.name for field in fields(ExplainOptions)) - {"format"}


def read_options(parsed: Parsed) -> ExplainOptions:
    """Read an ExplainStmt's options.

    Raises:
        SyntaxError_: 42601, an unknown option, or a value that is none of its.
        InvalidParameterValue: 22023, an unknown format, or options that do not go together.
    """
    flags: dict[str, bool] = {}
    format_ = Format.TEXT
    for item in parsed.node.get("options", ()):
        element = item["DefElem"]
        name = element["defname"]
        if name == "format":
            format_ = _format(parsed, element)
        elif name in _FLAGS:
            flags[name] = boolean_value(element)
        else:
            raise SyntaxError_(
                f'unrecognized EXPLAIN option "{name}"', position=parsed.position(element.get("location"))
            )
    analyze = flags.get("analyze", False)
    if flags.get("wal") and not analyze:
        raise InvalidParameterValue("EXPLAIN option WAL requires ANALYZE")
    if flags.get("timing") and not analyze:
        raise InvalidParameterValue("EXPLAIN option TIMING requires ANALYZE")
    if flags.get("generic_plan") and analyze:
        raise InvalidParameterValue("EXPLAIN options ANALYZE and GENERIC_PLAN cannot be used together")
    flags.setdefault("timing", analyze)
    flags.setdefault("summary", analyze)
    return ExplainOptions(**flags, format=format_)


def _format(parsed: Parsed, element: Node) -> Format:
    value = _string(element)
    for each in Format:
        if each.value == value:
            return each
    raise InvalidParameterValue(
        f'unrecognized value for EXPLAIN option "format": "{value}"',
        position=parsed.position(element.get("location")),
    )


def _string(element: Node) -> str:
    match element.get("arg"):
        case None:
            raise SyntaxError_(f"{element['defname']} requires a parameter")
        case {"Integer": value}:
            return str(value.get("ival", 0))
        case {"Float": value}:
            return str(value["fval"])
        case {"Boolean": value}:
            return "true" if value.get("boolval") else "false"
        case {"String": value}:
            return str(value.get("sval", ""))
        case {"TypeName": value}:
            return ".".join(part["String"]["sval"] for part in value["names"])
    return ""


def boolean_value(element: Node) -> bool:
    """Return an option's value as a boolean; an option alone is on."""
    if element.get("arg") is None:
        return True
    value = _string(element).lower()
    if "Integer" in element["arg"]:
        value = {"0": "off", "1": "on"}.get(value, value)
    if value in ("true", "on"):
        return True
    if value in ("false", "off"):
        return False
    raise SyntaxError_(f"{element['defname']} requires a Boolean value")
