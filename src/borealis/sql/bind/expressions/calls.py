"""Calls: which function a name and arguments mean, casts written as functions, defaults, set-returning functions."""

from __future__ import annotations

from borealis.catalog import objects
from borealis.errors import (
    AmbiguousFunction,
    DatatypeMismatch,
    FeatureNotSupported,
    InvalidSchemaName,
    SqlError,
    SyntaxError_,
    UndefinedFunction,
    WrongObjectType,
)
from borealis.functions.signatures import Function
from borealis.sql.bind.coerce import coerce_explicit, coerce_type, resolve_unknown
from borealis.sql.bind.composites import is_composite, select_field, shape_of
from borealis.sql.bind.expressions.aggregate_calls import ORDERED_SETS, aggregate_call, window_call
from borealis.sql.bind.expressions.dispatch import bind_expr, binds
from borealis.sql.bind.expressions.known_calls import KNOWN_CALLS
from borealis.sql.bind.expressions.ordered_sets import check_ordered_set, unify_hypothetical
from borealis.sql.bind.level import Level
from borealis.sql.bind.overloads import Candidate, find_function
from borealis.sql.bind.pathways import CoercionContext, Method, can_coerce, find_pathway, is_array
from borealis.sql.bind.polymorphism import resolve_polymorphic
from borealis.sql.bind.record_functions import POPULATE, TO_RECORD, check_base, populated
from borealis.sql.bind.sql_functions import call_value, functions_named, made_function, signature_of
from borealis.sql.bind.stored import stored, stored_node
from borealis.sql.bind.sys_functions import system_functions
from borealis.sql.bound.expressions import Array, CoerceViaIO, Expr, FuncCall
from borealis.sql.parse import Node, parse
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import format_type, type_named, type_of


@binds("FuncCall")
def bind_call(level: Level, node: Node) -> Expr:
    context = level.context
    position = context.position(node)
    names = [part["String"]["sval"] for part in node["funcname"]]
    name = names[-1]
    functions = _functions(level, node, names, position)
    if any("NamedArgExpr" in arg for arg in node.get("args", ())):
        candidate, placed = _find_named(level, node, ".".join(names), functions, position)
        return finish_call(level, node, candidate, placed, position)
    args, given = _given(level, node)
    if len(args) == 1 and (field := _as_field(level, args[0], name, node, position)) is not None:
        return field
    found = _find(name, given, node, functions)
    if (not found or _is_better_as_cast(name, given)) and names[:-1] in ([], ["pg_catalog"]):
        cast = _as_cast(level, name, args, node, position)
        if cast is not None:
            return cast
    candidate = _decide(".".join(names), found, given, position, node)
    return finish_call(level, node, candidate, args, position)


def _functions(level: Level, node: Node, names: list[str], position: int | None) -> tuple[Function, ...]:
    """Return the functions of a possibly qualified name; of a stored call, the one it was."""
    if "function" in node:
        kept = level.context.catalog.functions_by_oid.get(node["function"]["oid"])
        return () if kept is None else (signature_of(kept),)
    schema = names[-2] if len(names) > 1 else None
    if schema == "sys":
        return system_functions(names[-1], position)
    if schema is not None and schema != "pg_catalog" and schema not in level.context.catalog.schemas_by_name:
        raise InvalidSchemaName(f'schema "{schema}" does not exist', position=position)
    return functions_named(level.context, schema, names[-1])


def find_made(level: Level, node: Node) -> tuple[objects.Function, tuple[Expr, ...]] | None:
    """Return the function made by CREATE FUNCTION that a call means, with its arguments; None for a built-in one."""
    names = [part["String"]["sval"] for part in node["funcname"]]
    position = level.context.position(node)
    functions = _functions(level, node, names, position)
    if all(made_function(level.context, function) is None for function in functions):
        return None
    if any("NamedArgExpr" in arg for arg in node.get("args", ())):
        candidate, args = _find_named(level, node, ".".join(names), functions, position)
    else:
        args, given = _given(level, node)
        candidate = _decide(".".join(names), _find(names[-1], given, node, functions), given, position, node)
    made = made_function(level.context, candidate.item)
    if made is None:
        return None
    level.context.keep(node, {"function": {"oid": made.oid}})
    return made, _made_arguments(level, made, candidate, args, position)


def _made_arguments(
    level: Level,
    made: objects.Function,
    candidate: Candidate[Function],
    args: tuple[Expr, ...],
    position: int | None,
) -> tuple[Expr, ...]:
    """Return an argument for each the function declares: coerced, VARIADIC ones gathered, defaults filled in."""
    context, declared = level.context, candidate.item.args
    coerced, _ = resolve_polymorphic(context, candidate.item, candidate.args, args, position)
    if candidate.is_variadic:
        fixed = len(declared) - 1
        return (*coerced[:fixed], Array(declared[-1], -1, coerced[fixed:]))
    return coerced + _made_defaults(level, made, len(coerced))


def _made_defaults(level: Level, made: objects.Function, given: int) -> tuple[Expr, ...]:
    inputs = [argument for argument in made.arguments if argument.mode in "ibv"]
    found = []
    for argument in inputs[given:]:
        assert argument.default is not None
        with stored(level.context, level.context.search_path):
            default = bind_expr(Level(level.context), stored_node(argument.default))
            found.append(coerce_type(level.context, default, argument.type, CoercionContext.ASSIGNMENT))
    return tuple(found)


def finish_call(
    level: Level, node: Node, candidate: Candidate[Function], args: tuple[Expr, ...], position: int | None
) -> Expr:
    context = level.context
    function = candidate.item
    if function.variadic == oids.ANY:
        if node.get("func_variadic"):
            candidate = _of_an_array(level, node, function, args)
            function = candidate.item
        elif candidate.is_variadic:
            args = _any_arguments(level, function, args)
    _refuse_special_forms(node, function, position)
    made = made_function(context, function)
    if (
        made is None and function.name in KNOWN_CALLS and context.trace is None
    ):  # what is to be shown stays a call
        return context.remember(KNOWN_CALLS[function.name](context, node, args), position)
    if made is not None:
        context.keep(node, {"function": {"oid": made.oid}})
        made_args = _made_arguments(level, made, candidate, args, position)
        if not made.returns_set or level.place == "FROM":
            return context.remember(call_value(context, made, made_args), position)
        return _set_call(level, FuncCall(made.result, -1, function, made_args), position)
    if len(node["funcname"]) == 1:
        context.keep(node, {"funcname": [{"String": {"sval": "pg_catalog"}}, *node["funcname"]]})
    if function.aggregate_kind in ORDERED_SETS:
        check_ordered_set(function, node, args, position)
        if function.aggregate_kind == "h":
            args = unify_hypothetical(context, args)
    coerced, result = resolve_polymorphic(context, function, candidate.args, args, position)
    coerced += _default_args(level, function, len(coerced)) if not candidate.is_variadic else ()
    if function.kind == "a" and "over" not in node:
        expr = aggregate_call(level, node, function, args, coerced, result, position)
    elif "over" in node:
        expr = window_call(level, node, function, coerced, result, position)
    elif function.kind == "w":
        raise WrongObjectType(f"window function {function.name} requires an OVER clause", position=position)
    else:
        check_base(function.name, coerced, position)
        expr = FuncCall(result, -1, function, coerced)
        if function.name in POPULATE | TO_RECORD and level.place != "FROM":
            expr = populated(context, expr, None)
        elif function.returns_set:
            return _set_call(level, expr, position)
    return context.remember(expr, position)


def _set_call(level: Level, call: FuncCall, position: int | None) -> Expr:
    """Note a set-returning call, which bind/set_returning.py moves into FROM."""
    _check_set_returning(level, call.function, position)
    level.set_returning.append(call)
    return level.context.remember(call, position)


def _given(level: Level, node: Node) -> tuple[tuple[Expr, ...], tuple[Oid, ...]]:
    """Bind the arguments and take their types; an ordered-set aggregate's include what it orders."""
    args = tuple(bind_expr(level, arg) for arg in node.get("args", ()))
    if "agg_within_group" in node:
        args += tuple(bind_expr(level, key["SortBy"]["node"]) for key in node.get("agg_order", ()))
    return args, tuple(arg.type for arg in args)


def _find(
    name: str, given: tuple[Oid, ...], node: Node, functions: tuple[Function, ...]
) -> list[Candidate[Function]]:
    found = find_function(name, given, functions)
    if not node.get("func_variadic"):
        return found
    # VARIADIC array: the last argument is the array itself.
    return [c for c in found if not c.is_variadic and c.item.variadic]


def _is_better_as_cast(name: str, given: tuple[Oid, ...]) -> bool:
    """A function may share a type's name; `text(unknown)` and `float8(unknown)` mean the literal, not an overload."""
    return given == (oids.UNKNOWN,)


def _decide(
    name: str, found: list[Candidate[Function]], given: tuple[Oid, ...], position: int | None, node: Node
) -> Candidate[Function]:
    if len(found) == 1:
        return found[0]
    if not found:
        error = _not_found(name, given, position)
        if len(node.get("agg_order", ())) > 1 and "agg_within_group" not in node:
            error.hint = (
                "No aggregate function matches the given name and argument types. Perhaps you misplaced ORDER BY; "
                "ORDER BY must appear after all regular arguments of the aggregate."
            )
        raise error
    raise AmbiguousFunction(
        f"function {_call_text(name, given)} is not unique",
        hint="Could not choose a best candidate function. You might need to add explicit type casts.",
        position=position,
    )


def _call_text(name: str, given: tuple[Oid, ...]) -> str:
    return f"{name}({', '.join(format_type(oid, -1) for oid in given)})"


def _not_found(name: str, given: tuple[Oid, ...], position: int | None) -> SqlError:
    return UndefinedFunction(
        f"function {_call_text(name, given)} does not exist",
        hint="No function matches the given name and argument types. You might need to add explicit type casts.",
        position=position,
    )


def _as_cast(
    level: Level, name: str, args: tuple[Expr, ...], node: Node, position: int | None
) -> Expr | None:
    """Take `typename(x)` for a cast where one needs no conversion function, or x is a literal."""
    if len(args) != 1 or any(key in node for key in ("agg_star", "agg_distinct", "agg_order", "over")):
        return None
    type_ = type_named(name)
    if type_ is None or type_.name != name:
        return None
    source = args[0].type
    if source != oids.UNKNOWN:
        pathway = find_pathway(source, type_.oid, CoercionContext.EXPLICIT)
        if pathway is None or pathway.method not in (Method.RELABEL, Method.VIA_IO):
            return None
        if is_composite(source) and type_.category == "S":
            return None  # text(row) is no call; it would shadow a function or column of this name
    return coerce_explicit(level.context, args[0], type_.oid, -1, position)


def _as_field(level: Level, arg: Expr, name: str, node: Node, position: int | None) -> Expr | None:
    """Take `name(row)` for `(row).name` where the row has such a column."""
    if not is_composite(arg.type) or any(
        key in node for key in ("agg_star", "agg_distinct", "agg_order", "over")
    ):
        return None
    shape = shape_of(level.context, arg)
    if shape is None or name not in shape.names:
        return None
    return select_field(level.context, arg, name, position)


def _any_arguments(level: Level, function: Function, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Hand the arguments of concat, format and the like over as text: what they would make of each anyway."""
    fixed = len(function.args) - 1
    if function.name not in ("concat", "concat_ws", "format"):
        return args
    return args[:fixed] + tuple(as_text(level, arg) for arg in args[fixed:])


def _of_an_array(level: Level, node: Node, function: Function, args: tuple[Expr, ...]) -> Candidate[Function]:
    """Take concat(VARIADIC array) and the like for an overload that is given the array as it stands."""
    if not is_array(type_of(args[-1].type)):
        raise DatatypeMismatch(
            "VARIADIC argument must be an array", position=level.context.leftmost(node["args"][-1])
        )
    given = function.given_array()
    return Candidate(given, given.args)


def as_text(level: Level, arg: Expr) -> Expr:
    if arg.type == oids.UNKNOWN:
        return resolve_unknown(level.context, arg)
    if arg.type == oids.TEXT:
        return arg
    return CoerceViaIO(oids.TEXT, -1, arg)


def _default_args(level: Level, function: Function, given: int) -> tuple[Expr, ...]:
    """Bind the declared defaults of the arguments left out; they are constants."""
    missing = len(function.args) - given
    if missing <= 0:
        return ()
    (parsed,) = parse(f"SELECT {function.defaults}")
    defaults = [bind_expr(level, item["ResTarget"]["val"]) for item in parsed.node["targetList"]][-missing:]
    declared = function.args[-missing:]
    return tuple(
        coerce_type(level.context, default, oid, CoercionContext.ASSIGNMENT)
        for default, oid in zip(defaults, declared, strict=True)
    )


def _find_named(
    level: Level, node: Node, name: str, functions: tuple[Function, ...], position: int | None
) -> tuple[Candidate[Function], tuple[Expr, ...]]:
    """Bind f(1, b => 2): positional arguments first, named ones where their names say, defaults for the rest."""
    positional: list[Expr] = []
    named: dict[str, Expr] = {}
    for arg in node.get("args", ()):
        match arg:
            case {"NamedArgExpr": {"name": arg_name, "arg": value} as argument}:
                if arg_name in named:
                    raise SyntaxError_(
                        f'argument name "{arg_name}" used more than once',
                        position=level.context.position(argument),
                    )
                named[arg_name] = bind_expr(level, value)
            case _:
                if named:
                    raise SyntaxError_(
                        "positional argument cannot follow named argument",
                        position=level.context.leftmost(arg),
                    )
                positional.append(bind_expr(level, arg))
    for function in functions:
        placed = _placed(level, function, positional, named)
        if placed is not None:
            return Candidate(function, function.args), placed
    given = tuple(arg.type for arg in positional)
    texts = [format_type(oid, -1) for oid in given]
    texts += [f"{arg_name} => {format_type(arg.type, -1)}" for arg_name, arg in named.items()]
    raise UndefinedFunction(
        f"function {name}({', '.join(texts)}) does not exist",
        hint="No function matches the given name and argument types. You might need to add explicit type casts.",
        position=position,
    )


def _placed(
    level: Level, function: Function, positional: list[Expr], named: dict[str, Expr]
) -> tuple[Expr, ...] | None:
    """Return all arguments of a function in order, None if the call does not fit it."""
    if not function.arg_names or len(positional) + len(named) > len(function.args):
        return None
    if any(arg_name not in function.arg_names[len(positional) :] for arg_name in named):
        return None
    args: list[Expr] = list(positional)
    for ordinal, arg_name in enumerate(function.arg_names):
        if ordinal < len(positional):
            continue
        if arg_name in named:
            args.append(named[arg_name])
        elif ordinal >= len(function.args) - function.default_count:
            made = made_function(level.context, function)
            args.append(
                _default_args(level, function, ordinal)[0]
                if made is None
                else _made_defaults(level, made, ordinal)[0]
            )
        else:
            return None
    fits = all(can_coerce(arg.type, oid) for arg, oid in zip(args, function.args, strict=True))
    return tuple(args) if fits else None


def _refuse_special_forms(node: Node, function: Function, position: int | None) -> None:
    name = function.name
    if function.kind == "a":
        return
    for key, text in (
        ("agg_star", f"{name}(*) specified, but {name} is not an aggregate function"),
        ("agg_distinct", f"DISTINCT specified, but {name} is not an aggregate function"),
        ("agg_within_group", f"WITHIN GROUP specified, but {name} is not an aggregate function"),
        ("agg_order", f"ORDER BY specified, but {name} is not an aggregate function"),
    ):
        if key in node:
            raise WrongObjectType(text, position=position)
    if "agg_filter" in node and function.kind != "w":
        raise WrongObjectType(f"FILTER specified, but {name} is not an aggregate function", position=position)
    if "over" in node and function.kind == "f":
        raise WrongObjectType(
            f"OVER specified, but {name} is not a window function nor an aggregate function",
            position=position,
        )


_PLACES_OF_SETS = frozenset(
    ("SELECT", "FROM", "GROUP BY", "ORDER BY", "DISTINCT ON", "window PARTITION BY", "window ORDER BY")
)


def _check_set_returning(level: Level, function: Function, position: int | None) -> None:
    if level.allows_sets or level.place in _PLACES_OF_SETS:
        return
    place = {"JOIN/ON": "JOIN conditions", "CHECK constraints": "check constraints"}.get(
        level.place, level.place
    )
    raise FeatureNotSupported(f"set-returning functions are not allowed in {place}", position=position)


def result_columns(function: Function, result: Oid, name: str) -> tuple[tuple[str, Oid], ...]:
    """Return the columns of a function in FROM: its OUT parameters, or one column of its result type."""
    if function.out_types:
        return tuple(zip(function.out_names, function.out_types, strict=True))
    if type_of(result).kind == "p" and result != oids.VOID:
        raise FeatureNotSupported(f"function {function.name} in FROM not supported")
    return ((name, result),)
