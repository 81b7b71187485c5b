"""Functions shown: pg_get_functiondef, their arguments and results, those built in as those made by CREATE FUNCTION."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from borealis.catalog.objects import Function
from borealis.catalog.system.built_in import built_in_by_oid, built_in_rows
from borealis.errors import WrongObjectType
from borealis.functions.catalogs.shown import definitions
from borealis.functions.implementation import Context, scalar
from borealis.functions.signatures import functions
from borealis.settings.identifiers import quote_identifier
from borealis.types.array import unpack
from borealis.types.base import Oid, Value

_NAME_BYTES = 63
_MODES = {"i": "", "o": "OUT ", "b": "INOUT ", "v": "VARIADIC ", "t": ""}
_VOLATILITIES = {"i": " IMMUTABLE", "s": " STABLE"}
_PARALLELS = {"s": " PARALLEL SAFE", "r": " PARALLEL RESTRICTED"}


@dataclass(frozen=True, slots=True)
class Argument:
    name: str
    type: Oid
    mode: str
    default: str | None


def _arguments(context: Context, oid: int) -> list[Argument] | None:
    made = context.catalog.functions_by_oid.get(Oid(oid))
    if made is not None:
        return [
            Argument(one.name, one.domain or one.type, one.mode, _default(context, one.default, one.type))
            for one in made.arguments
        ]
    row = built_in_by_oid("pg_proc").get(oid)
    if row is None:
        return None
    types = _items(row.get("proallargtypes")) or _items(row.get("proargtypes"))
    names = [str(name) for name in _items(row.get("proargnames"))] or [""] * len(types)
    modes = [str(mode) for mode in _items(row.get("proargmodes"))] or ["i"] * len(types)
    inputs = modes.count("i") + modes.count("b") + modes.count("v")
    function = functions().get(Oid(oid))
    texts = _split(function.defaults) if function is not None and function.defaults else []
    found, given = [], 0
    for name, type_, mode in zip(names, types, modes, strict=True):
        given += mode in "ibv"
        place = given - 1 - (inputs - len(texts))
        default = texts[place] if mode in "ibv" and place >= 0 else None
        found.append(Argument(name, Oid(int(str(type_))), mode, default))
    return found


def _items(value: Value) -> list[Value]:
    return [] if value is None else list(unpack(str(value)))


def _split(text: str) -> list[str]:
    """Split a list of defaults at its commas, outside quotes and brackets."""
    parts, depth, quoted, begin = [], 0, False, 0
    for at, char in enumerate(text):
        if char == "'":
            quoted = not quoted
        elif not quoted:
            depth += (char in "([{") - (char in ")]}")
            if char == "," and not depth:
                parts.append(text[begin:at].strip())
                begin = at + 1
    return [*parts, text[begin:].strip()]


def _default(context: Context, source: str | None, type_: Oid) -> str | None:
    return None if source is None else definitions(context).constant(source, type_)


def _listed(
    context: Context, arguments: list[Argument], *, defaults: bool, columns: bool = False
) -> Iterator[str]:
    for one in arguments:
        if (one.mode == "t") is not columns:
            continue
        name = f"{quote_identifier(one.name)} " if one.name else ""
        default = f" DEFAULT {one.default}" if defaults and one.default is not None else ""
        yield f"{_MODES[one.mode]}{name}{definitions(context).type_text(one.type)}{default}"


def _ordered_at(oid: int) -> int | None:
    """Return after how many arguments an ordered-set aggregate has its ORDER BY; None for anything else."""
    row = _ordered_sets().get(oid)
    return None if row is None else int(str(row["aggnumdirectargs"]))


def _ordered_sets() -> dict[Value, dict[str, Value]]:
    return {
        row["aggfnoid"]: dict(row) for row in built_in_rows("pg_aggregate") if row["aggkind"] in ("o", "h")
    }


@scalar("pg_get_function_arguments", context=True, deterministic=False)
def pg_get_function_arguments(context: Context, oid: int) -> str | None:
    return _arguments_text(context, oid, defaults=True)


@scalar("pg_get_function_identity_arguments", context=True, deterministic=False)
def pg_get_function_identity_arguments(context: Context, oid: int) -> str | None:
    return _arguments_text(context, oid, defaults=False)


def _arguments_text(context: Context, oid: int, *, defaults: bool) -> str | None:
    arguments = _arguments(context, oid)
    if arguments is None:
        return None
    texts = list(_listed(context, arguments, defaults=defaults))
    place = _ordered_at(oid)
    if place is None:
        return ", ".join(texts)
    direct, ordered = texts[:place], texts[place:]
    if not ordered:  # VARIADIC "any" stands for both
        ordered = direct[-1:]
    return ", ".join(direct) + f"{' ' if direct else ''}ORDER BY {', '.join(ordered)}"


@scalar("pg_get_function_arg_default", context=True, deterministic=False)
def pg_get_function_arg_default(context: Context, oid: int, number: int) -> Value:
    arguments = _arguments(context, oid) or []
    return arguments[number - 1].default if 0 < number <= len(arguments) else None


@scalar("pg_get_function_result", context=True, deterministic=False)
def pg_get_function_result(context: Context, oid: int) -> str | None:
    arguments = _arguments(context, oid)
    if arguments is None:
        return None
    columns = list(_listed(context, arguments, defaults=False, columns=True))
    if columns:
        return f"TABLE({', '.join(columns)})"
    made = context.catalog.functions_by_oid.get(Oid(oid))
    row = built_in_by_oid("pg_proc").get(oid, {})
    is_set = made.returns_set if made is not None else bool(row.get("proretset"))
    result = made.result if made is not None else Oid(int(str(row["prorettype"])))
    return ("SETOF " if is_set else "") + definitions(context).type_text(result)


@scalar("pg_get_function_sqlbody", context=True, deterministic=False)
def pg_get_function_sqlbody(context: Context, oid: int) -> Value:
    made = context.catalog.functions_by_oid.get(Oid(oid))
    return None if made is None or made.source else definitions(context).function_body(made)


@scalar("pg_get_functiondef", context=True, deterministic=False)
def pg_get_functiondef(context: Context, oid: int) -> Value:
    """Return the CREATE FUNCTION that would make a function. Raises WrongObjectType 42809 for an aggregate."""
    made = context.catalog.functions_by_oid.get(Oid(oid))
    if made is not None:
        return _made(context, made)
    row = built_in_by_oid("pg_proc").get(oid)
    if row is None:
        return None
    if row["prokind"] == "a":
        raise WrongObjectType(f'"{row["proname"]!s}" is an aggregate function')
    traits = _VOLATILITIES.get(str(row["provolatile"]), "") + _PARALLELS.get(str(row["proparallel"]), "")
    traits += " STRICT" if row["proisstrict"] else ""
    traits += " LEAKPROOF" if row["proleakproof"] else ""
    name = quote_identifier(str(row["proname"]))
    window = " WINDOW" if row["prokind"] == "w" else ""
    lines = [
        f"CREATE OR REPLACE FUNCTION pg_catalog.{name}({pg_get_function_arguments(context, oid)})",
        f" RETURNS {pg_get_function_result(context, oid)}",
        " LANGUAGE internal" if row["prolang"] == 12 else " LANGUAGE sql",
        *([window + traits] if window + traits else []),
        f"AS $function${row['prosrc']!s}$function$\n",
    ]
    return "\n".join(lines)


def _made(context: Context, made: Function) -> str:
    traits = _VOLATILITIES.get(made.volatility, "") + _PARALLELS.get(made.parallel, "")
    traits += " STRICT" if made.is_strict else ""
    traits += " SECURITY DEFINER" if made.is_security_definer else ""
    name = f"{quote_identifier(made.schema.name)}.{quote_identifier(made.name)}"
    lines = [
        f"CREATE OR REPLACE FUNCTION {name}({pg_get_function_arguments(context, made.oid)})",
        f" RETURNS {pg_get_function_result(context, made.oid)}",
        " LANGUAGE sql",
        *([traits] if traits else []),
        *(f" SET {setting} TO {_setting(value)}" for setting, value in made.settings),
    ]
    if made.source:
        quote = "$function$"
        while quote in made.source:
            quote = quote[:-1] + "x$"
        return "\n".join([*lines, f"AS {quote}{made.source}{quote}\n"])
    return "\n".join([*lines, definitions(context).function_body(made)]) + "\n"


def _setting(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@scalar("nameconcatoid")
def nameconcatoid(name: str, oid: int) -> str:
    """Return a name that is one function's alone, as information_schema has it: no longer than names are."""
    suffix = f"_{oid}"
    return name.encode()[: _NAME_BYTES - len(suffix)].decode(errors="ignore") + suffix
