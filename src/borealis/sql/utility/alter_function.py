"""ALTER FUNCTION and ALTER ROUTINE: RENAME TO, SET SCHEMA, OWNER TO, DEPENDS ON EXTENSION; DROP FUNCTION and DROP ROUTINE."""

from __future__ import annotations

from dataclasses import replace

from borealis.catalog.objects import Function
from borealis.errors import (
    DuplicateFunction,
    InvalidSchemaName,
    SqlError,
    UndefinedFunction,
    UndefinedObject,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.utility.alter_view import target_schema
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.drops import drop_holders
from borealis.sql.utility.function_names import find_named
from borealis.sql.utility.roles import role_named
from borealis.types.base import Oid
from borealis.types.registry import format_type

EXTENSIONS = frozenset({"plpgsql"})
"""What pg_extension lists."""

_KINDS = {"OBJECT_FUNCTION": "function", "OBJECT_ROUTINE": "routine"}


def rename_function(context: BindContext, node: Node, owner: Oid) -> Ddl:
    before = _found(context, node, "renameType")
    return _moved(context, node, "renameType", before, replace(before, name=node["newname"]))


def set_function_schema(context: BindContext, node: Node, owner: Oid) -> Ddl:
    before = _found(context, node, "objectType")
    schema = target_schema(context, node["newschema"])
    return _moved(context, node, "objectType", before, replace(before, schema=schema))


def set_function_owner(context: BindContext, node: Node, owner: Oid) -> Ddl:
    before = _found(context, node, "objectType")
    after = replace(before, owner=role_named(context, node["newowner"], owner))
    return Ddl.replacing(_tag("ALTER", node["objectType"]), (before,), (after,))


def set_function_extension(context: BindContext, node: Node, owner: Oid) -> Ddl:
    """[NO] DEPENDS ON EXTENSION: nothing is kept, since the one extension there is cannot be dropped."""
    before = _found(context, node, "objectType")
    name = node["extname"]["sval"]
    if name not in EXTENSIONS:
        raise UndefinedObject(f'extension "{name}" does not exist')
    return Ddl.replacing(_tag("ALTER", node["objectType"]), (before,), (before,))


def drop_function(context: BindContext, node: Node, owner: Oid) -> Ddl:
    kind = _KINDS[node["removeType"]]
    functions: list[Function] = []
    notices: list[tuple[str, ...]] = []
    for item in node["objects"]:
        named = item["ObjectWithArgs"]
        try:
            function = find_named(context, named, kind)
        except (UndefinedFunction, UndefinedObject, InvalidSchemaName) as error:
            if not node.get("missing_ok"):
                raise
            notices.append(("00000", _skipped(named, error, kind)))
            continue
        if function not in functions:
            functions.append(function)
    return drop_holders(context, _tag("DROP", node["removeType"]), functions, notices)


def _skipped(named: Node, error: SqlError, kind: str) -> str:
    if not isinstance(error, UndefinedFunction):
        return f"{error.message}, skipping"
    types = ",".join(_as_parsed(item["TypeName"]) for item in named.get("objargs", ()))
    name = ".".join(part["String"]["sval"] for part in named["objname"])
    return f"{kind} {name}({types}) does not exist, skipping"


def _as_parsed(type_name: Node) -> str:
    """Return a type's name as the parser has it: `pg_catalog.int4[]` of int[]."""
    name = ".".join(part["String"]["sval"] for part in type_name["names"])
    return f"{name}[]" if "arrayBounds" in type_name else name


def _moved(context: BindContext, node: Node, key: str, before: Function, after: Function) -> Ddl:
    """Return the change of a name or schema, where no function of the same arguments is in the way."""
    for other in context.catalog.functions_named(after.schema.name, after.name):
        if other.oid != before.oid and other.input_types == after.input_types:
            shown = ", ".join(format_type(oid, -1) for oid in after.input_types)
            raise DuplicateFunction(
                f'function {after.name}({shown}) already exists in schema "{after.schema.name}"'
            )
    return Ddl.replacing(_tag("ALTER", node[key]), (before,), (after,))


def _found(context: BindContext, node: Node, key: str) -> Function:
    return find_named(context, node["object"]["ObjectWithArgs"], _KINDS[node[key]])


def _tag(verb: str, object_type: str) -> str:
    return f"{verb} {_KINDS[object_type].upper()}"
