"""The options of CREATE FUNCTION: LANGUAGE, AS, volatility, STRICT, SECURITY, PARALLEL, COST, ROWS, SET."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from borealis.errors import (
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidFunctionDefinition,
    InvalidParameterValue,
    SyntaxError_,
    UndefinedFunction,
    UndefinedObject,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node

_VOLATILITY = {"immutable": "i", "stable": "s", "volatile": "v"}
_PARALLEL = {"safe": "s", "restricted": "r", "unsafe": "u"}


@dataclass(frozen=True, slots=True)
class FunctionOptions:
    source: str | None  # the body in quotes; None: a SQL-standard body
    source_location: int
    volatility: str
    is_strict: bool
    is_security_definer: bool
    parallel: str
    settings: tuple[tuple[str, str], ...]


def is_sql_function(node: Node) -> bool:
    """Whether a CREATE FUNCTION is one that Borealis has: others are refused as statements, whatever they say."""
    for item in node.get("options", ()):
        element = item["DefElem"]
        if element["defname"] == "language" and element["arg"]["String"]["sval"].lower() != "sql":
            return False
    return not node.get("is_procedure")


def read_options(context: BindContext, node: Node) -> FunctionOptions:
    """Read the options.

    Raises: InvalidFunctionDefinition 42P13, FeatureNotSupported for languages and settings, as DSQL's texts are.
    """
    given: dict[str, Node] = {}
    settings: list[tuple[str, str]] = []
    for item in node.get("options", ()):
        element = item["DefElem"]
        name = element["defname"]
        if name == "set":
            settings.append(_setting(element["arg"]["VariableSetStmt"]))
            continue
        if name in given:
            raise SyntaxError_("conflicting or redundant options", position=context.position(element))
        given[name] = element
    _check_language(given, node)
    source, location = _source(given, node)
    _refuse(given, node)
    return FunctionOptions(
        source,
        location,
        _VOLATILITY[_text(given, "volatility", "volatile")],
        _flag(given, "strict"),
        _flag(given, "security"),
        _parallel(given),
        tuple(settings),
    )


def _check_language(given: dict[str, Node], node: Node) -> None:
    if "language" not in given and "sql_body" not in node:
        raise InvalidFunctionDefinition("no language specified")


def _source(given: dict[str, Node], node: Node) -> tuple[str | None, int]:
    if "as" not in given:
        if "sql_body" not in node:
            raise InvalidFunctionDefinition("no function body specified")
        return None, -1
    if "sql_body" in node:
        raise InvalidFunctionDefinition("duplicate function body specified")
    items: Sequence[Node] = given["as"]["arg"]["List"]["items"]
    if len(items) > 1:
        raise InvalidFunctionDefinition('only one AS item needed for language "sql"')
    return items[0]["String"].get("sval", ""), int(given["as"].get("location", 0))


def _refuse(given: dict[str, Node], node: Node) -> None:
    if _flag(given, "leakproof"):
        raise InsufficientPrivilege("only superuser can define a leakproof function")
    if "support" in given:
        names = given["support"]["arg"]["List"]["items"]
        name = ".".join(part["String"]["sval"] for part in names)
        raise UndefinedFunction(f"function {name}(internal) does not exist")
    if "transform" in given:
        first = given["transform"]["arg"]["List"]["items"][0]["TypeName"]["names"][-1]["String"]["sval"]
        raise UndefinedObject(f'transform for type {first} language "sql" does not exist')
    if _flag(given, "window"):
        raise FeatureNotSupported("WINDOW not supported for CREATE FUNCTION")
    returns_set = bool(node.get("returnType", {}).get("setof"))
    if "rows" in given and not returns_set:
        raise InvalidParameterValue("ROWS is not applicable when function does not return a set")
    for option in ("cost", "rows"):
        if option in given and _number(given[option]) <= 0:
            raise InvalidParameterValue(f"{option.upper()} must be positive")


def _number(element: Node) -> float:
    match element["arg"]:
        case {"Integer": value}:
            return float(value.get("ival", 0))
        case {"Float": value}:
            return float(value["fval"])
    return 1.0


def _text(given: dict[str, Node], name: str, default: str) -> str:
    return str(given[name]["arg"]["String"]["sval"]) if name in given else default


def _flag(given: dict[str, Node], name: str) -> bool:
    return name in given and bool(given[name]["arg"]["Boolean"].get("boolval"))


def _parallel(given: dict[str, Node]) -> str:
    text = _text(given, "parallel", "unsafe")
    if text not in _PARALLEL:
        raise SyntaxError_('parameter "parallel" must be SAFE, RESTRICTED, or UNSAFE')
    return _PARALLEL[text]


def _setting(node: Node) -> tuple[str, str]:
    name = node["name"].lower()
    if name != "search_path" or node.get("kind") != "VAR_SET_VALUE":
        raise FeatureNotSupported(f"SET {node['name']} in CREATE FUNCTION not supported")
    values = [item["A_Const"]["sval"].get("sval", "") for item in node["args"]]
    return name, ", ".join('"' + value.replace('"', '""') + '"' for value in values)
