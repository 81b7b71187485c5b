"""CREATE [OR REPLACE] FUNCTION … LANGUAGE sql: a body in quotes, RETURN expression, BEGIN ATOMIC … END.

The body is parsed and bound once, with columns for its arguments, so that a function that is stored can be called.
Source: dsql-facts.md §4.2; PostgreSQL 16 documentation, CREATE FUNCTION; texts as its functioncmds.c and pg_proc.c.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from borealis.catalog.objects import Function, FunctionArgument
from borealis.errors import (
    DuplicateFunction,
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidFunctionDefinition,
    SqlError,
    UndefinedColumn,
    UndefinedObject,
)
from borealis.sql.bind.coerce import coerce
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.level import Level
from borealis.sql.bind.names import SYSTEM_SCHEMAS, creation_schema
from borealis.sql.bind.pathways import CoercionContext
from borealis.sql.bind.sql_functions import bind_body
from borealis.sql.bind.stored import for_storage
from borealis.sql.bind.type_names import bind_type
from borealis.sql.bound.expressions import Var
from borealis.sql.parse import Node, Parsed, parse, stack_depth_exceeded
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.function_names import signature_text
from borealis.sql.utility.function_options import FunctionOptions, read_options
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import format_type, type_named, type_of
from borealis.types.row_types import is_row_type

_TAG = "CREATE FUNCTION"
_MODES = {
    "FUNC_PARAM_DEFAULT": "i",
    "FUNC_PARAM_IN": "i",
    "FUNC_PARAM_OUT": "o",
    "FUNC_PARAM_INOUT": "b",
    "FUNC_PARAM_VARIADIC": "v",
    "FUNC_PARAM_TABLE": "t",
}


@dataclass(frozen=True, slots=True)
class _Result:
    type: Oid
    returns_set: bool


def create_function(context: BindContext, node: Node, owner: Oid) -> Ddl:
    names = [part["String"]["sval"] for part in node["funcname"]]
    range_var = {"relname": names[-1], "location": -1}
    if len(names) > 1:
        range_var["schemaname"] = names[-2]
    schema = creation_schema(context, range_var)
    if schema.name in SYSTEM_SCHEMAS:
        raise InsufficientPrivilege(f"permission denied for schema {schema.name}")
    options = read_options(context, node)
    arguments = _arguments(context, node.get("parameters", ()))
    result = _result(context, node, arguments)
    function = Function(
        context.catalog.next_oid,
        names[-1],
        schema,
        owner,
        arguments,
        result.type,
        result.returns_set,
        options.volatility,
        options.is_strict,
        options.is_security_definer,
        options.parallel,
        options.source or "",
        "[]",
        options.settings,
    )
    before = _existing(context, function)
    if before is not None:
        if not node.get("replace"):
            raise DuplicateFunction(f'function "{function.name}" already exists with same argument types')
        _check_replaced(before, function)
        function = replace(function, oid=before.oid, owner=before.owner)
    function = replace(function, body=_body(context, function, before, node, options))
    return Ddl.replacing(_TAG, () if before is None else (before,), (function,))


def _arguments(context: BindContext, nodes: Sequence[Node]) -> tuple[FunctionArgument, ...]:
    found: list[FunctionArgument] = []
    has_default = has_variadic = False
    for item in nodes:
        node = item["FunctionParameter"]
        mode = _MODES[node["mode"]]
        name = node.get("name", "")
        oid, domain = _type(context, node["argType"], is_argument=True)
        if node["argType"].get("setof"):
            raise InvalidFunctionDefinition("functions cannot accept set arguments")
        if mode in "ibv":
            if has_variadic:
                raise InvalidFunctionDefinition("VARIADIC parameter must be the last input parameter")
            if mode == "v":
                has_variadic = True
                if not type_of(oid).element:
                    raise InvalidFunctionDefinition("VARIADIC parameter must be an array")
        _check_name(found, name, mode)
        default = None
        if "defexpr" in node:
            if mode not in "ibv":
                raise InvalidFunctionDefinition("only input parameters can have default values")
            default = _default(context, node["defexpr"], oid)
            has_default = True
        elif mode in "ib" and has_default:
            raise InvalidFunctionDefinition(
                "input parameters after one with a default value must also have defaults"
            )
        found.append(FunctionArgument(name, oid, mode, default, domain))
    return tuple(found)


def _check_name(found: Sequence[FunctionArgument], name: str, mode: str) -> None:
    for other in found:
        if not name or other.name != name:
            continue
        # An input and an output may share a name.
        if (mode in "iv" and other.mode in "ot") or (mode in "ot" and other.mode in "iv"):
            continue
        raise InvalidFunctionDefinition(f'parameter name "{name}" used more than once')


def _default(context: BindContext, node: Node, wanted: Oid) -> str:
    level = Level(context, place="DEFAULT expressions")
    expr = bind_expr(level, node)
    if coerce(context, expr, wanted, how=CoercionContext.ASSIGNMENT) is None:
        raise InvalidFunctionDefinition(
            f"argument of DEFAULT must be type {format_type(wanted, -1)}, not type {format_type(expr.type, -1)}"
        )
    return json.dumps(for_storage(context, node), separators=(",", ":"))


def _type(context: BindContext, node: Node, *, is_argument: bool) -> tuple[Oid, Oid]:
    """Return the type of an argument or result, and its domain or 0; typmods are left out, as PostgreSQL does."""
    names = [part["String"]["sval"] for part in node.get("names", ())]
    plain = {key: value for key, value in node.items() if key not in ("typmods", "setof")}
    pseudo = type_named(names[-1])
    if pseudo is not None and pseudo.kind == "p" and pseudo.oid not in (oids.VOID, oids.RECORD):
        raise FeatureNotSupported(f"type {pseudo.name} in a function not supported")
    try:
        oid, _, domain = bind_type(context, plain)
    except UndefinedObject as error:
        if not node.get("pct_type"):
            shown = ".".join(names) + "[]" * len(node.get("arrayBounds", ()))
            shown = shown if is_argument else f'"{shown}"'
            raise UndefinedObject(f"type {shown} does not exist") from None
        raise UndefinedObject(error.message) from None
    except UndefinedColumn as error:
        error.position = None  # of %TYPE; PostgreSQL gives none
        raise
    if is_row_type(oid):
        raise FeatureNotSupported("unsupported statement: CompositeType")
    if is_argument and type_of(oid).kind == "p":
        raise InvalidFunctionDefinition(f"SQL functions cannot have arguments of type {format_type(oid, -1)}")
    return oid, Oid(0) if domain is None else domain.oid


def _result(context: BindContext, node: Node, arguments: Sequence[FunctionArgument]) -> _Result:
    outputs = [argument for argument in arguments if argument.mode in "obt"]
    implied = None
    if outputs:
        implied = outputs[0].type if len(outputs) == 1 else oids.RECORD
    if "returnType" not in node:
        if implied is None:
            raise InvalidFunctionDefinition("function result type must be specified")
        return _Result(implied, returns_set=False)
    returns_set = bool(node["returnType"].get("setof"))
    if any(argument.mode == "t" for argument in arguments):
        assert implied is not None
        return _Result(implied, returns_set=True)
    oid, domain = _type(context, node["returnType"], is_argument=False)
    if domain:
        raise FeatureNotSupported("domain as the result of a function not supported")
    if implied is not None and oid != implied:
        raise InvalidFunctionDefinition(
            f"function result type must be {format_type(implied, -1)} because of OUT parameters"
        )
    if oid == oids.RECORD and implied is None:
        raise FeatureNotSupported("unsupported statement: CompositeType")
    return _Result(oid, returns_set)


def _existing(context: BindContext, function: Function) -> Function | None:
    for other in context.catalog.functions_named(function.schema.name, function.name):
        if other.input_types == function.input_types:
            return other
    return None


def _check_replaced(before: Function, after: Function) -> None:
    hint = f"Use DROP FUNCTION {signature_text(before)} first."
    if (before.result, before.returns_set) != (after.result, after.returns_set):
        raise InvalidFunctionDefinition("cannot change return type of existing function", hint=hint)
    outputs = [
        [(one.name, one.type) for one in function.arguments if one.mode in "obt"]
        for function in (before, after)
    ]
    if before.result == oids.RECORD and outputs[0] != outputs[1]:
        raise InvalidFunctionDefinition(
            "cannot change return type of existing function",
            detail="Row type defined by OUT parameters is different.",
            hint=hint,
        )
    inputs = [[one for one in function.arguments if one.mode in "ibv"] for function in (before, after)]
    for old, new in zip(*inputs, strict=True):
        if old.name and old.name != new.name:
            raise InvalidFunctionDefinition(f'cannot change name of input parameter "{old.name}"', hint=hint)
    for old, new in zip(*inputs, strict=True):
        if old.default is not None and new.default is None:
            raise InvalidFunctionDefinition(
                "cannot remove parameter defaults from existing function", hint=hint
            )


def _body(
    context: BindContext, function: Function, before: Function | None, node: Node, options: FunctionOptions
) -> str:
    """Bind the body over columns that stand for the arguments; return its trees as they are stored."""
    shift = 0
    if options.source is None:
        parsed: Sequence[Parsed] = [context.parsed]
        trees = _standard_body(node["sql_body"])
    else:
        shift = _start_of_literal(context, options)
        try:
            parsed = parse(options.source)
        except SqlError as error:
            raise _shifted(error, shift) from None
        trees = [{each.node_name: each.node} for each in parsed]
    seen = replace(function, body=json.dumps(trees))
    others = tuple(one for one in context.catalog.functions if one is not before)
    catalog = replace(context.catalog, functions=(*others, seen))
    inner = BindContext(context.parsed, catalog, (), context.search_path, context.style)
    inner.role = context.role
    relation = inner.new_id()
    inputs = tuple(Var(oid, -1, relation, ordinal) for ordinal, oid in enumerate(function.input_types, 1))
    try:
        bind_body(inner, seen, inputs, trees=trees, parsed=parsed[0] if parsed else None)
    except RecursionError:
        raise stack_depth_exceeded() from None
    except SqlError as error:
        if error.position is None and error.where is None:
            error.where = f'SQL function "{function.name}"'
        raise _shifted(error, shift) from None
    if options.source is not None:
        return json.dumps([for_storage(context, tree) for tree in trees], separators=(",", ":"))
    return json.dumps([for_storage(inner, tree) for tree in trees], separators=(",", ":"))


def _standard_body(node: Node) -> list[Node]:
    """Return the statements of RETURN expression or BEGIN ATOMIC … END; a RETURN in the latter is marked."""
    if "ReturnStmt" in node:
        return [node]
    trees = [tree for item in node["List"]["items"] for tree in item.get("List", {}).get("items", ())]
    return [
        {"ReturnStmt": {**tree["ReturnStmt"], "atomic": True}} if "ReturnStmt" in tree else tree
        for tree in trees
    ]


def _start_of_literal(context: BindContext, options: FunctionOptions) -> int:
    """Return how many characters stand before the body's text in the statement; -1 where that cannot be told."""
    text, source = context.parsed.text, options.source or ""
    found = text.find(source, max(options.source_location, 0))
    return found if source and found >= 0 else -1


def _shifted(error: SqlError, shift: int) -> SqlError:
    if error.position is not None:
        error.position = error.position + shift if shift >= 0 else None
    return error
