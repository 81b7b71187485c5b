"""regoper and regoperator: the built-in operators; there are no others."""

from __future__ import annotations

from borealis.errors import AmbiguousFunction, TooManyArguments, UndefinedFunction, UndefinedParameter
from borealis.functions.signatures import Operator, operators, operators_by_name
from borealis.sql.registered import typenames
from borealis.sql.registered.parsing import name_and_types
from borealis.sql.registered.scope import NameScope
from borealis.types.base import Oid
from borealis.types.registry import format_type

_SIDES = 2


def _named(text: str) -> tuple[Operator, ...]:
    schema, _, name = text.strip().rpartition(".")
    return operators_by_name().get(name, ()) if schema in ("", "pg_catalog") else ()


def read(scope: NameScope, text: str) -> int:
    found = _named(text)
    if not found:
        raise UndefinedFunction(f"operator does not exist: {text}")
    if len(found) > 1:
        raise AmbiguousFunction(f"more than one operator named {text}")
    return found[0].oid


def read_with_types(scope: NameScope, text: str) -> int:
    name, type_texts = name_and_types(text)
    if len(type_texts) < _SIDES:
        raise UndefinedParameter(
            "missing argument", hint="Use NONE to denote the missing argument of a unary operator."
        )
    if len(type_texts) > _SIDES:
        raise TooManyArguments("too many arguments", hint="Provide two argument types for operator.")
    left, right = (
        Oid(0) if each.lower() == "none" else Oid(typenames.read(scope, each)) for each in type_texts
    )
    for operator in _named(name):
        if (operator.left, operator.right) == (left, right):
            return operator.oid
    raise UndefinedFunction(f"operator does not exist: {text}")


def show(scope: NameScope, oid: Oid) -> str | None:
    if oid == 0:
        return "0"
    found = operators().get(oid)
    if found is None:
        return None
    return found.name if len(operators_by_name()[found.name]) == 1 else f"pg_catalog.{found.name}"


def show_with_types(scope: NameScope, oid: Oid) -> str | None:
    if oid == 0:
        return "0"
    found = operators().get(oid)
    if found is None:
        return None
    sides = ("NONE" if side == 0 else format_type(side, -1) for side in (found.left, found.right))
    return f"{found.name}({','.join(sides)})"
