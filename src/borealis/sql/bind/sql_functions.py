"""Calls of functions made by CREATE FUNCTION: the body stands in the statement where the call stood.

    CREATE FUNCTION f(a int, b int) RETURNS int RETURN a + (SELECT max(x) FROM t WHERE y = b)
    f(1, g(z))   ──►   (SELECT 1 + (SELECT max(x) FROM t WHERE y = s.c2) FROM (SELECT g(z) AS c2) AS s)

An argument that is no constant, parameter or column is computed once, in a subquery around the body. A function is seen
by overload resolution as a built-in one is (`signature_of`). What a body in quotes names is looked up under the search
path of the call, as PostgreSQL does; a SQL-standard body keeps what its names meant (stored.py).
Source: PostgreSQL 16 documentation, CREATE FUNCTION, 38.5; texts as its functions.c.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache

from borealis.catalog import objects
from borealis.errors import FeatureNotSupported, InvalidFunctionDefinition
from borealis.functions.signatures import Function, functions_by_name
from borealis.sql.bind.coerce import coerce, null_const
from borealis.sql.bind.context import Arguments, BindContext
from borealis.sql.bind.domains import coerce_to_domain
from borealis.sql.bind.level import Level
from borealis.sql.bind.pathways import CoercionContext
from borealis.sql.bind.stored import stored, stored_node
from borealis.sql.bind.walk import is_volatile, walk
from borealis.sql.bound.expressions import (
    AggregateCall,
    BoolExpr,
    BoolOp,
    Case,
    Const,
    ExcludedVar,
    Expr,
    NullTest,
    Param,
    Row,
    SqlCall,
    SubLink,
    SubLinkKind,
    Var,
    WindowCall,
)
from borealis.sql.bound.relations import Join, JoinKind, RelationColumn, SubqueryRelation
from borealis.sql.bound.statements import Query, Select, Target
from borealis.sql.parse import Node, Parsed, stack_depth_exceeded
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import format_type, type_of

_EXPANSIONS_MAX = 500
"""Bodies put into one statement: beyond it the functions call each other without end, or as good as."""


@lru_cache(maxsize=1_024)
def signature_of(function: objects.Function) -> Function:
    """Return a function as overload resolution sees it."""
    inputs = [argument for argument in function.arguments if argument.mode in "ibv"]
    outputs = [argument for argument in function.arguments if argument.mode in "obt"]
    variadic = inputs[-1].type if inputs and inputs[-1].mode == "v" else Oid(0)
    return Function(
        oid=function.oid,
        name=function.name,
        source="",
        kind="f",
        strict=function.is_strict,
        volatility=function.volatility,
        returns_set=function.returns_set,
        variadic=type_of(variadic).element if variadic else Oid(0),
        result=function.result,
        args=tuple(argument.type for argument in inputs),
        default_count=sum(argument.default is not None for argument in inputs),
        out_types=tuple(argument.type for argument in outputs),
        out_names=tuple(_output_name(argument, n) for n, argument in enumerate(outputs, 1)),
        defaults="",
        arg_names=tuple(argument.name for argument in inputs)
        if any(argument.name for argument in inputs)
        else (),
        aggregate_kind="",
        direct_args=0,
    )


def functions_named(context: BindContext, schema: str | None, name: str) -> tuple[Function, ...]:
    """Return all functions a name may mean, built-in ones first; of the same arguments the first on the path."""
    builtin = functions_by_name().get(name, ()) if schema in (None, "pg_catalog") else ()
    if not context.catalog.functions:
        return builtin
    if schema is not None:
        context.check_usage(schema)
    found: dict[tuple[Oid, ...], Function] = {}
    for path in context.search_path if schema is None else (schema,):
        for function in context.catalog.functions_named(path, name):
            found.setdefault(function.input_types, signature_of(function))
    return (*builtin, *found.values())


def made_function(context: BindContext, function: Function) -> objects.Function | None:
    """Return what CREATE FUNCTION made of a signature, None for a built-in one."""
    return context.catalog.functions_by_oid.get(function.oid) if context.catalog.functions else None


def call_value(context: BindContext, function: objects.Function, args: tuple[Expr, ...]) -> Expr:
    """Return the call as an expression; the arguments are of the declared types."""
    if function.returns_set:
        raise FeatureNotSupported(f"set-returning function {function.name} inside ROWS FROM not supported")
    context.functions.append((function, context.runner))
    seen, around = _inputs(context, function, args)
    value = _value(context, function, bind_body(context, function, seen), seen)
    if (around is not None or isinstance(value, SubLink)) and any(map(_is_of_group, args)):
        raise FeatureNotSupported(
            f"aggregate or window function as an argument of function {function.name} not supported"
        )
    if function.is_strict and seen:
        value = Case(value.type, value.typmod, ((_any_null(seen), null_const(value.type)),), value)
    if around is not None:
        query = Select((Target(value, function.name),), around)
        value = SubLink(value.type, value.typmod, SubLinkKind.SCALAR, query)
    return SqlCall(function.result, -1, function.oid, args, value)


def call_rows(context: BindContext, function: objects.Function, args: tuple[Expr, ...]) -> Query:
    """Return the call as rows, for FROM: one row of a function that returns no set."""
    context.functions.append((function, context.runner))
    seen, around = _inputs(context, function, args)
    columns = result_columns(function)
    if not function.returns_set and len(columns) == 1:
        return Select((Target(call_value(context, function, args), columns[0].name),))
    query = bind_body(context, function, seen)
    not_null = None
    if function.is_strict and seen:
        not_null = BoolExpr(oids.BOOL, -1, BoolOp.NOT, (_any_null(seen),))
    if not function.returns_set:
        # One row, of NULLs where the body gives none.
        query = _first_row(context, query, columns)
        around = around or _one_row(context)
    elif around is None and not_null is None:
        return query
    number = context.new_id()
    body = SubqueryRelation(number, "", query, columns, lateral=True)
    targets = tuple(
        Target(Var(column.type, column.typmod, number, ordinal), column.name)
        for ordinal, column in enumerate(columns, 1)
    )
    if around is None:
        return Select(targets, body, not_null)
    kind = JoinKind.INNER if function.returns_set else JoinKind.LEFT
    return Select(targets, Join(kind, around, body, not_null))


def has_nested_calls(args: Sequence[Expr]) -> bool:
    """Return whether queries, or calls of functions made by CREATE FUNCTION, are among the arguments."""
    return any(isinstance(part, SqlCall | SubLink) for arg in args for part in walk(arg))


def _one_row(context: BindContext) -> SubqueryRelation:
    targets = (Target(Const(oids.INT4, -1, 1), "one"),)
    return SubqueryRelation(context.new_id(), "", Select(targets), (RelationColumn("one", oids.INT4, -1),))


def result_columns(function: objects.Function) -> tuple[RelationColumn, ...]:
    outputs = [argument for argument in function.arguments if argument.mode in "obt"]
    if len(outputs) > 1:
        return tuple(
            RelationColumn(_output_name(argument, n), argument.type, -1)
            for n, argument in enumerate(outputs, 1)
        )
    name = outputs[0].name if outputs else ""
    return (RelationColumn(name or function.name, function.result, -1),)


def _output_name(argument: objects.FunctionArgument, ordinal: int) -> str:
    """Return what a column of the result is called; an OUT parameter without a name by its place among them."""
    return argument.name or f"column{ordinal}"


def bind_body(
    context: BindContext,
    function: objects.Function,
    inputs: tuple[Expr, ...],
    *,
    trees: Sequence[Node] | None = None,
    parsed: Parsed | None = None,
) -> Query:
    """Bind a function's body over what its arguments are; its columns are of the declared types.

    trees are its statements and parsed the text errors show positions of, where they are being stored.

    Raises: InvalidFunctionDefinition 42P13, FeatureNotSupported for data-modifying and recursive bodies.
    """
    statements = stored_node(function.body) if trees is None else trees
    with _calling(context, function, inputs):
        if parsed is not None:
            context.parsed = parsed
        bound = [_bind_statement(context, function, tree) for tree in statements]
    if function.result == oids.VOID:
        return Select((Target(null_const(oids.VOID), function.name),))
    if not bound:
        raise _mismatch(
            function,
            "Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.",
        )
    return _of_declared_types(context, function, bound[-1])


def _bind_statement(context: BindContext, function: objects.Function, tree: Node) -> Query:
    from borealis.sql.bind.query import bind_query

    match tree:
        case {"SelectStmt": select}:
            return bind_query(Level(context), select)
        case {"ReturnStmt": {"returnval": value}}:
            return bind_query(Level(context), {"targetList": [{"ResTarget": {"val": value}}]})
    kind = next(iter(tree)).removesuffix("Stmt").upper()
    raise FeatureNotSupported(f"{kind} in the body of function {function.name} not supported")


@contextmanager
def _calling(context: BindContext, function: objects.Function, inputs: tuple[Expr, ...]) -> Iterator[None]:
    """While it lasts, names may mean the function's arguments."""
    if function.oid in context.expanding:
        raise FeatureNotSupported(f"recursive call of function {function.name} not supported")
    context.expansions += 1
    if context.expansions > _EXPANSIONS_MAX:
        raise stack_depth_exceeded()
    outside = context.arguments
    names = tuple(argument.name for argument in function.arguments if argument.mode in "ibv")
    context.arguments = Arguments(function.name, names, inputs)
    context.expanding.add(function.oid)
    try:
        definer = function.owner if function.is_security_definer else None
        with stored(context, _search_path(context, function)), context.running_as(definer):
            yield
    finally:
        context.arguments = outside
        context.expanding.discard(function.oid)


def _search_path(context: BindContext, function: objects.Function) -> tuple[str, ...]:
    from borealis.settings.identifiers import split_identifiers

    for name, value in function.settings:
        if name == "search_path":
            return tuple(split_identifiers(value) or ())
    return context.search_path


def _inputs(
    context: BindContext, function: objects.Function, args: tuple[Expr, ...]
) -> tuple[tuple[Expr, ...], SubqueryRelation | None]:
    """Return what the body sees for its arguments, and the subquery that computes those that are not at hand."""
    inputs = [argument for argument in function.arguments if argument.mode in "ibv"]
    args = tuple(
        coerce_to_domain(context, arg, context.catalog.domains_by_oid[argument.domain])
        if argument.domain
        else arg
        for arg, argument in zip(args, inputs, strict=True)
    )
    computed = [arg for arg in args if not _is_at_hand(arg)]
    is_of_group = any(map(_is_of_group, computed)) and not any(map(is_volatile, computed))
    if not computed or is_of_group:
        return args, None
    number = context.new_id()
    columns = tuple(
        RelationColumn(f"c{ordinal}", arg.type, arg.typmod) for ordinal, arg in enumerate(computed, 1)
    )
    targets = tuple(Target(arg, column.name) for arg, column in zip(computed, columns, strict=True))
    ordinals = iter(range(1, len(computed) + 1))
    seen = tuple(
        arg if _is_at_hand(arg) else Var(arg.type, arg.typmod, number, next(ordinals)) for arg in args
    )
    return seen, SubqueryRelation(number, "", Select(targets), columns, lateral=True)


def _is_at_hand(arg: Expr) -> bool:
    """Whether naming the argument twice costs nothing."""
    return isinstance(arg, Const | Param | Var | ExcludedVar)


def _is_of_group(arg: Expr) -> bool:
    """Whether an aggregate or window function stands in it, which must stay in its own query."""
    return any(isinstance(node, AggregateCall | WindowCall) for node in walk(arg))


def _any_null(seen: Sequence[Expr]) -> Expr:
    tests = tuple(NullTest(oids.BOOL, -1, arg, negated=False) for arg in seen)
    return tests[0] if len(tests) == 1 else BoolExpr(oids.BOOL, -1, BoolOp.OR, tests)


def _value(context: BindContext, function: objects.Function, query: Query, seen: Sequence[Expr]) -> Expr:
    """Return the first row's value of a query."""
    columns = result_columns(function)
    if len(columns) == 1 and isinstance(query, Select) and _is_expression(query, seen):
        return query.targets[0].expr
    first = _first_row(context, query, columns)
    if len(columns) == 1:
        return SubLink(columns[0].type, -1, SubLinkKind.SCALAR, first)
    number = context.new_id()
    fields = tuple(
        Var(column.type, column.typmod, number, ordinal) for ordinal, column in enumerate(columns, 1)
    )
    row = Row(oids.RECORD, -1, fields, tuple(column.name for column in columns))
    relation = SubqueryRelation(number, "", first, columns)
    return SubLink(oids.RECORD, -1, SubLinkKind.SCALAR, Select((Target(row, function.name),), relation))


def _is_expression(query: Select, seen: Sequence[Expr]) -> bool:
    """Whether the query is SELECT expression and no more; a window function may only be an argument's."""
    if query != Select(query.targets) or len(query.targets) != 1:
        return False
    given = {id(node) for arg in seen for node in walk(arg)}
    return all(id(node) in given for node in walk(query.targets[0].expr) if isinstance(node, WindowCall))


def _first_row(context: BindContext, query: Query, columns: tuple[RelationColumn, ...]) -> Query:
    one = Const(oids.INT8, -1, 1)
    if query.limit is None:
        return replace(query, limit=one)
    number = context.new_id()
    targets = tuple(
        Target(Var(column.type, column.typmod, number, ordinal), column.name)
        for ordinal, column in enumerate(columns, 1)
    )
    return Select(targets, SubqueryRelation(number, "", query, columns), limit=one)


def _of_declared_types(context: BindContext, function: objects.Function, query: Query) -> Query:
    from borealis.sql.bind.query import query_columns

    given, wanted = query_columns(query), result_columns(function)
    if len(wanted) == 1 and len(given) != 1:
        raise _mismatch(function, "Final statement must return exactly one column.")
    if len(given) < len(wanted):
        raise _mismatch(function, "Final statement returns too few columns.")
    if len(given) > len(wanted):
        raise _mismatch(function, "Final statement returns too many columns.")
    if all(
        have.type == want.type and have.typmod == want.typmod
        for have, want in zip(given, wanted, strict=True)
    ):
        return query
    is_plain = isinstance(query, Select) and not (query.distinct or query.distinct_on)
    number = context.new_id()
    targets = []
    for ordinal, (have, want) in enumerate(zip(given, wanted, strict=True), 1):
        expr: Expr = (
            query.targets[ordinal - 1].expr
            if is_plain and isinstance(query, Select)
            else Var(have.type, have.typmod, number, ordinal)
        )
        coerced = coerce(context, expr, want.type, how=CoercionContext.ASSIGNMENT)
        if coerced is None:
            raise _wrong_type(function, have, want, ordinal, len(wanted))
        targets.append(Target(coerced, want.name))
    if is_plain and isinstance(query, Select):
        return replace(query, targets=tuple(targets))
    return Select(tuple(targets), SubqueryRelation(number, "", query, given))


def _wrong_type(
    function: objects.Function, have: RelationColumn, want: RelationColumn, ordinal: int, count: int
) -> InvalidFunctionDefinition:
    actual, declared = format_type(have.type, -1), format_type(want.type, -1)
    if count == 1:
        return _mismatch(function, f"Actual return type is {actual}.")
    return _mismatch(function, f"Final statement returns {actual} instead of {declared} at column {ordinal}.")


def _mismatch(function: objects.Function, detail: str) -> InvalidFunctionDefinition:
    return InvalidFunctionDefinition(
        f"return type mismatch in function declared to return {format_type(function.result, -1)}",
        detail=detail,
    )
