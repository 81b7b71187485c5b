"""regproc and regprocedure: built-in functions and those made by CREATE FUNCTION."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from borealis.errors import AmbiguousFunction, UndefinedFunction
from borealis.functions.signatures import functions
from borealis.sql.registered import typenames
from borealis.sql.registered.parsing import name_and_types, qualified, written
from borealis.sql.registered.scope import NameScope
from borealis.types.base import Oid
from borealis.types.registry import format_type


@dataclass(frozen=True, slots=True)
class Routine:
    oid: Oid
    schema: str
    name: str
    args: tuple[Oid, ...]


@cache
def builtin_routines() -> dict[Oid, Routine]:
    """Return every function of pg_catalog, those over `internal` that no statement can call included."""
    found = {
        function.oid: Routine(function.oid, "pg_catalog", function.name, function.args)
        for function in functions().values()
    }
    text = resources.files(__package__).joinpath("internal_functions.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        oid, name, args = line.split("\t")
        types = tuple(Oid(int(arg)) for arg in args.split())
        found[Oid(int(oid))] = Routine(Oid(int(oid)), "pg_catalog", name, types)
    return found


@cache
def _builtins_by_name() -> dict[str, tuple[Routine, ...]]:
    named: dict[str, tuple[Routine, ...]] = {}
    for routine in builtin_routines().values():
        named[routine.name] = (*named.get(routine.name, ()), routine)
    return named


def _named(scope: NameScope, schema: str | None, name: str) -> list[Routine]:
    """Return the routines a name may mean; of the same arguments the first on the search path alone."""
    found: dict[tuple[Oid, ...], Routine] = {}
    for path in scope.search_path if schema is None else (schema,):
        if path == "pg_catalog":
            for routine in _builtins_by_name().get(name, ()):
                found.setdefault(routine.args, routine)
        for function in scope.catalog.functions_named(path, name):
            made = Routine(function.oid, path, name, function.input_types)
            found.setdefault(made.args, made)
    return list(found.values())


def read(scope: NameScope, text: str) -> int:
    schema, name = qualified(text, what="qualified")
    found = _named(scope, schema, name)
    if not found:
        raise UndefinedFunction(f'function "{text}" does not exist')
    if len(found) > 1:
        raise AmbiguousFunction(f'more than one function named "{text}"')
    return found[0].oid


def read_with_types(scope: NameScope, text: str) -> int:
    name_text, type_texts = name_and_types(text)
    schema, name = qualified(name_text, what="qualified")
    types = tuple(Oid(typenames.read(scope, each)) for each in type_texts)
    for routine in _named(scope, schema, name):
        if routine.args == types:
            return routine.oid
    raise UndefinedFunction(f'function "{text}" does not exist')


def routine(scope: NameScope, oid: Oid) -> Routine | None:
    builtin = builtin_routines().get(oid)
    if builtin is not None:
        return builtin
    made = scope.catalog.functions_by_oid.get(oid)
    return None if made is None else Routine(oid, made.schema.name, made.name, made.input_types)


def show(scope: NameScope, oid: Oid) -> str | None:
    """Return the name, with its schema unless it alone would be found by it."""
    found = routine(scope, oid)
    if found is None:
        return None
    same = _named(scope, None, found.name)
    is_alone = len(same) == 1 and same[0].oid == oid
    return written(None if is_alone else found.schema, found.name)


def show_with_types(scope: NameScope, oid: Oid) -> str | None:
    found = routine(scope, oid)
    if found is None:
        return None
    is_visible = any(each.oid == oid for each in _named(scope, None, found.name))
    name = written(None if is_visible else found.schema, found.name)
    return f"{name}({','.join(_types_shown(scope, found))})"


def _types_shown(scope: NameScope, routine: Routine) -> list[str]:
    made = scope.catalog.functions_by_oid.get(routine.oid)
    if made is None:
        return [format_type(arg, -1) for arg in routine.args]
    inputs = [one for one in made.arguments if one.mode in "ibv"]
    return [
        (typenames.show(scope, one.domain) if one.domain else None) or format_type(one.type, -1)
        for one in inputs
    ]
