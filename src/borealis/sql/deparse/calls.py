"""Calls: functions, aggregates, window functions."""

from __future__ import annotations

from borealis.catalog import objects
from borealis.errors import FeatureNotSupported
from borealis.functions.signatures import Function
from borealis.settings.identifiers import quote_identifier
from borealis.sql.bound import expressions as bound
from borealis.sql.deparse.expressions import Expressions, shows
from borealis.sql.deparse.nodes import AggregateText, Call, Listed, Shown, SortItem, WindowText
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.base import Oid

# FRAMEOPTION_… of PostgreSQL's parsenodes.h, which the parser hands out as one number.
_NONDEFAULT, _BETWEEN = 0x00001, 0x00010
_MODES = ((0x00002, "RANGE"), (0x00004, "ROWS"), (0x00008, "GROUPS"))
_STARTS = (
    (0x00020, "UNBOUNDED PRECEDING"),
    (0x00200, "CURRENT ROW"),
    (0x00800, "PRECEDING"),
    (0x02000, "FOLLOWING"),
)
_ENDS = (
    (0x00100, "UNBOUNDED FOLLOWING"),
    (0x00400, "CURRENT ROW"),
    (0x01000, "PRECEDING"),
    (0x04000, "FOLLOWING"),
)
_EXCLUDES = ((0x08000, "CURRENT ROW"), (0x10000, "GROUP"), (0x20000, "TIES"))


@shows("FuncCall")
def _call(to: Expressions, node: Node) -> Shown:
    return call_text(to, node, to.trace.exprs.get(id(node)))


def call_text(to: Expressions, node: Node, expr: bound.Expr | None) -> Shown:
    """Return a call, its arguments of the types the function was bound with."""
    nodes = [arg["NamedArgExpr"]["arg"] if "NamedArgExpr" in arg else arg for arg in node.get("args", ())]
    names = tuple(arg["NamedArgExpr"]["name"] for arg in node.get("args", ()) if "NamedArgExpr" in arg)
    function = getattr(expr, "function", None)
    if not isinstance(function, Function) or function.oid in to.context.catalog.functions_by_oid:
        return _made_call(to, node, nodes, names, expr)
    wanted = _argument_types(function, expr, len(nodes)) if not names else [Oid(0)] * len(nodes)
    args = tuple(to.shown(arg, type_) for arg, type_ in zip(nodes, wanted, strict=True))
    if isinstance(expr, bound.AggregateCall | bound.WindowCall):
        return _aggregate(to, node, function.name, args)
    is_variadic = bool(node.get("func_variadic"))
    if function.variadic and function.variadic != oids.ANY and not is_variadic and not names:
        fixed = len(function.args) - 1
        if len(args) > fixed:
            args, is_variadic = (*args[:fixed], Listed("ARRAY[", args[fixed:], "]")), True
    is_special = node.get("funcformat") == "COERCE_SQL_SYNTAX"
    return Call(
        function.name if is_special else quote_identifier(function.name), args, names, is_variadic, is_special
    )


def _argument_types(function: Function, expr: object, count: int) -> list[Oid]:
    args: tuple[bound.Expr, ...] = getattr(expr, "direct_args", ()) + getattr(expr, "args", ())
    wanted = [arg.type for arg in args[:count]]
    wanted += [Oid(0)] * (count - len(wanted))
    for ordinal in range(count):
        declared = function.args[min(ordinal, len(function.args) - 1)] if function.args else oids.ANY
        if declared == oids.ANY and function.aggregate_kind != "h":
            wanted[ordinal] = oids.ANY  # a hypothetical row's are of the types it is ordered by
    return wanted


def _made_call(
    to: Expressions, node: Node, nodes: list[Node], names: tuple[str, ...], expr: bound.Expr | None
) -> Shown:
    """Return a call of a function made by CREATE FUNCTION, or of a type's name as a cast."""
    catalog = to.context.catalog
    oid = None
    if isinstance(expr, bound.SqlCall):
        oid = expr.function
    elif isinstance(expr, bound.FuncCall):
        oid = expr.function.oid  # it returns a set
    made = None if oid is None else catalog.functions_by_oid.get(oid)
    if made is not None:
        inputs = [argument.domain or argument.type for argument in made.arguments if argument.mode in "ibv"]
        wanted = [*inputs, *[Oid(0)] * len(nodes)]
        args = tuple(
            to.shown(arg, Oid(0) if names else type_) for arg, type_ in zip(nodes, wanted, strict=False)
        )
        return Call(function_name(to, made), args, names, bool(node.get("func_variadic")))
    parts = [part["String"]["sval"] for part in node["funcname"]]
    if (
        len(nodes) == 1
        and expr is not None
        and isinstance(expr, bound.Relabel | bound.CoerceViaIO | bound.Const)
    ):
        natural = to.bound_as(nodes[0])
        if isinstance(expr, bound.Const):
            return to.shown(nodes[0], expr.type)
        assert natural is not None
        return to.cast(to.bare(nodes[0]), natural.type, expr.type, -1, is_implicit=False)
    name = ".".join(quote_identifier(part) for part in parts if part != "pg_catalog")
    return Call(name, to.all_shown(nodes), names)


def function_name(to: Expressions, made: objects.Function) -> str:
    """Return a function's name, with its schema where the search path does not lead to it."""
    name = quote_identifier(made.name)
    for schema in to.context.search_path:
        same = [
            one
            for one in to.context.catalog.functions_named(schema, made.name)
            if one.input_types == made.input_types
        ]
        if same:
            return name if same[0].oid == made.oid else f"{quote_identifier(made.schema.name)}.{name}"
    return f"{quote_identifier(made.schema.name)}.{name}"


def _aggregate(to: Expressions, node: Node, name: str, args: tuple[Shown, ...]) -> Shown:
    order = sort_items(to, node.get("agg_order", ()))
    is_within = "agg_within_group" in node
    return AggregateText(
        quote_identifier(name),
        args,
        is_star=bool(node.get("agg_star")),
        is_distinct=bool(node.get("agg_distinct")),
        is_variadic=bool(node.get("func_variadic")),
        order=() if is_within else order,
        within_group=order if is_within else None,
        filter=to.shown(node["agg_filter"], oids.BOOL) if "agg_filter" in node else None,
        over=window_text(to, node["over"]) if "over" in node else None,
    )


def sort_items(to: Expressions, nodes: tuple[Node, ...] | list[Node]) -> tuple[SortItem, ...]:
    return tuple(SortItem(to.shown(node["SortBy"]["node"]), sort_suffix(node["SortBy"])) for node in nodes)


def sort_suffix(sort_by: Node) -> str:
    """Return what follows a sort key: nothing where it is what ORDER BY does without."""
    direction = sort_by.get("sortby_dir", "SORTBY_DEFAULT")
    descending = direction == "SORTBY_DESC"
    if direction == "SORTBY_USING":
        descending = sort_by["useOp"][-1]["String"]["sval"] == ">"
    nulls = sort_by.get("sortby_nulls", "SORTBY_NULLS_DEFAULT")
    if descending:
        return " DESC NULLS LAST" if nulls == "SORTBY_NULLS_LAST" else " DESC"
    return " NULLS FIRST" if nulls == "SORTBY_NULLS_FIRST" else ""


def window_text(to: Expressions, node: Node) -> WindowText:
    if "name" in node:
        return WindowText(name=quote_identifier(node["name"]))
    return WindowText(
        base=quote_identifier(node["refname"]) if "refname" in node else "",
        partition=to.all_shown(node.get("partitionClause", ())),
        order=sort_items(to, node.get("orderClause", ())),
        frame=_frame(to, node),
    )


def _frame(to: Expressions, node: Node) -> tuple[str | Shown, ...]:
    options = node.get("frameOptions", 0)
    if not options & _NONDEFAULT:
        return ()
    mode = next(word for bit, word in _MODES if options & bit)
    start = _bound(to, options, _STARTS, node.get("startOffset"))
    pieces: list[str | Shown] = [f"{mode} "]
    if options & _BETWEEN:
        end = _bound(to, options, _ENDS, node.get("endOffset"))
        pieces += ["BETWEEN ", *start, " AND ", *end]
    else:
        pieces += start
    exclude = next((word for bit, word in _EXCLUDES if options & bit), None)
    return (*pieces, f" EXCLUDE {exclude}") if exclude else tuple(pieces)


def _bound(
    to: Expressions, options: int, words: tuple[tuple[int, str], ...], offset: Node | None
) -> list[str | Shown]:
    word = next((word for bit, word in words if options & bit), None)
    if word is None:
        raise FeatureNotSupported("definition with this window frame not supported")
    if word in ("PRECEDING", "FOLLOWING") and offset is not None:
        natural = to.bound_as(offset)
        literal_type = oids.INTERVAL if natural is not None and natural.type == oids.UNKNOWN else Oid(0)
        shown = to.shown(offset, literal_type)
        assert isinstance(shown, Shown)
        return [shown, f" {word}"]
    return [word]
