"""Functions as ALTER and DROP name them: f, f(int), f(IN a int, OUT b text)."""

from __future__ import annotations

from borealis.catalog.objects import Function
from borealis.errors import AmbiguousFunction, InsufficientPrivilege, InvalidSchemaName, UndefinedFunction
from borealis.functions.signatures import functions_by_name
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.type_names import bind_type
from borealis.sql.parse import Node
from borealis.types.base import Oid
from borealis.types.registry import format_type


def signature_text(function: Function) -> str:
    """Return `f(integer,text)`."""
    return f"{function.name}({','.join(format_type(oid, -1) for oid in function.input_types)})"


def find_named(context: BindContext, node: Node, kind: str = "function") -> Function:
    """Return the function an ObjectWithArgs means; kind is function or routine.

    Raises: UndefinedFunction 42883, AmbiguousFunction 42725, InsufficientPrivilege 42501 for a built-in one.
    """
    names = [part["String"]["sval"] for part in node["objname"]]
    if len(names) > 1 and names[-2] not in context.catalog.schemas_by_name:
        raise InvalidSchemaName(f'schema "{names[-2]}" does not exist')
    found = _named(context, names)
    if not node.get("args_unspecified"):
        return _with_types(context, node, names, found, kind)
    if not found:
        _refuse_built_in(names, None, kind)
        raise UndefinedFunction(f'could not find a {kind} named "{".".join(names)}"')
    if len(found) > 1:
        raise AmbiguousFunction(
            f'{kind} name "{".".join(names)}" is not unique',
            hint=f"Specify the argument list to select the {kind} unambiguously.",
        )
    return found[0]


def _with_types(
    context: BindContext, node: Node, names: list[str], found: list[Function], kind: str
) -> Function:
    types = tuple(_type(context, item["TypeName"]) for item in node.get("objargs", ()))
    for function in found:
        if function.input_types == types:
            return function
    # Outputs may be listed too.
    listed = tuple(
        _type(context, item["FunctionParameter"]["argType"]) for item in node.get("objfuncargs", ())
    )
    for function in found:
        if tuple(argument.type for argument in function.arguments if argument.mode != "t") == listed:
            return function
    _refuse_built_in(names, types, kind)
    shown = ", ".join(format_type(oid, -1) for oid in types)
    raise UndefinedFunction(f"{kind} {'.'.join(names)}({shown}) does not exist")


def _refuse_built_in(names: list[str], types: tuple[Oid, ...] | None, kind: str) -> None:
    """Raise where the name, with these arguments, is one of PostgreSQL's own functions, which belong to the system."""
    if names[-2:-1] not in ([], ["pg_catalog"]):
        return
    for function in functions_by_name().get(names[-1], ()):
        if types is None or function.args == types:
            raise InsufficientPrivilege(f"must be owner of {kind} {'.'.join(names)}")


def _type(context: BindContext, node: Node) -> Oid:
    return bind_type(context, {**node, "location": -1})[0]


def _named(context: BindContext, names: list[str]) -> list[Function]:
    """Return the functions of the name; of the same arguments the first on the search path."""
    found: dict[tuple[Oid, ...], Function] = {}
    for schema in names[-2:-1] or context.search_path:
        for function in context.catalog.functions_named(schema, names[-1]):
            found.setdefault(function.input_types, function)
    return list(found.values())
