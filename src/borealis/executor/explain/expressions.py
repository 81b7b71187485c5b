"""Bound expressions as text, in EXPLAIN's form: fully parenthesised, every cast shown, constants folded.

    (balance > '100'::numeric)    ((status)::text = 'pending'::text)    (id = ANY ('{1,2}'::integer[]))

The bound tree does not tell an operator from a call of its function, nor an explicit cast from an implicit one: what has
an operator is shown as one, and casts are shown. Parameters stand as $n unless their values are given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache

from borealis.catalog.catalog import Catalog
from borealis.executor.compile.fold import folded
from borealis.executor.explain.names import Names
from borealis.functions.signatures import Function, Operator, casts, functions, operators
from borealis.settings.identifiers import quote_identifier
from borealis.sql.bound import expressions as bound
from borealis.sql.bound.trees import walk
from borealis.sql.deparse import nodes as shown
from borealis.sql.deparse.nodes import Shown
from borealis.sql.deparse.printer import Printer
from borealis.types import oids
from borealis.types.array_text import quoted_element
from borealis.types.base import Oid, Style, Value
from borealis.types.registry import format_type, type_of

SubLinkName = Callable[[bound.SubLink], str]


@cache
def _operators_by_function() -> Mapping[Oid, tuple[Operator, ...]]:
    found: dict[Oid, tuple[Operator, ...]] = {}
    for operator in operators().values():
        found[operator.function] = (*found.get(operator.function, ()), operator)
    return found


@cache
def _cast_functions() -> frozenset[tuple[Oid, Oid]]:
    """Return (function, target) of the casts that call a function."""
    return frozenset((cast.function, target) for (_, target), cast in casts().items() if cast.method == "f")


class ExpressionText:
    """Writes the expressions of one statement."""

    def __init__(
        self,
        names: Names,
        style: Style,
        catalog: Catalog,
        arguments: tuple[Value, ...] | None,
        sublink: SubLinkName,
    ) -> None:
        self._names = names
        self._style = style
        self._catalog = catalog
        self._arguments = arguments
        self._sublink = sublink
        self._prefixed = False
        self._below: frozenset[bound.Expr] = frozenset()
        self._own = 0
        """The relation whose columns go without prefix."""

    def text(self, expr: bound.Expr, *, prefixed: bool, below: frozenset[bound.Expr] = frozenset()) -> str:
        """Return an expression; what stands in below was computed by the node there, and gets parentheses."""
        self._prefixed, self._below = prefixed, below
        printer = Printer(pretty=False)
        printer.expr(self.shown(expr), implicit=False)
        return _one_line(printer.text)

    def conjunction(self, terms: Iterable[bound.Expr], *, prefixed: bool, own: int = 0) -> str:
        found = tuple(terms)
        expr = found[0] if len(found) == 1 else bound.BoolExpr(oids.BOOL, -1, bound.BoolOp.AND, found)
        self._own = own
        text = self.text(expr, prefixed=prefixed)
        self._own = 0
        return text

    def sort_key(
        self, key: bound.SortKey, *, prefixed: bool, below: frozenset[bound.Expr] = frozenset()
    ) -> str:
        self._prefixed, self._below = prefixed, below
        printer = Printer(pretty=False)
        printer.sort_expr(self.shown(key.expr))
        return _one_line(printer.text) + suffix(key)

    # Expressions

    def shown(self, expr: bound.Expr) -> Shown:
        if expr in self._below and not isinstance(expr, bound.Var):
            below, self._below = self._below, frozenset()
            inner = self.shown(expr)
            self._below = below
            return shown.Listed("(", (inner,), ")")
        if (
            isinstance(expr, bound.Param)
            and self._arguments is not None
            and 0 < expr.number <= len(self._arguments)
        ):
            return self._constant(expr.type, self._arguments[expr.number - 1])
        reduced = folded(expr) if self._arguments is None else folded(self._with_arguments(expr))
        return getattr(self, f"_{type(reduced).__name__}", self._other)(reduced)

    def _with_arguments(self, expr: bound.Expr) -> bound.Expr:
        from borealis.sql.bind.walk import rewrite

        arguments = self._arguments
        if arguments is None or not any(isinstance(each, bound.Param) and each.number for each in walk(expr)):
            return expr

        def given(each: bound.Expr) -> bound.Expr | None:
            if isinstance(each, bound.Param) and 0 < each.number <= len(arguments):
                return bound.Const(each.type, each.typmod, arguments[each.number - 1])
            return None

        return rewrite(expr, given)

    def _all(self, exprs: Iterable[bound.Expr]) -> tuple[Shown, ...]:
        return tuple(self.shown(expr) for expr in exprs)

    def _constant(self, type_: Oid, value: Value) -> Shown:
        if value is None or type_ == oids.UNKNOWN:
            return shown.Literal(type_, None if value is None else str(value))
        return shown.Literal(type_, type_of(type_).encode_text(value, self._style))

    def _Const(self, expr: bound.Const) -> Shown:  # noqa: N802 - named after the nodes, here and below
        return self._constant(expr.type, expr.value)

    def _Param(self, expr: bound.Param) -> Shown:  # noqa: N802
        return shown.Word(f"${expr.number}")

    def _Var(self, expr: bound.Var) -> Shown:  # noqa: N802
        pulled = self._names.pulled(expr.relation)
        if pulled is not None and 0 < expr.attnum <= len(pulled):
            inner = pulled[expr.attnum - 1]
            below, self._below = self._below, frozenset()
            text = self.shown(inner)
            self._below = below
            is_computed = expr in below and not isinstance(inner, bound.Var)
            return shown.Listed("(", (text,), ")") if is_computed else text
        is_prefixed = self._prefixed and expr.relation != self._own
        return shown.Name(self._names.column(expr.relation, expr.attnum, prefixed=is_prefixed))

    def _ExcludedVar(self, expr: bound.ExcludedVar) -> Shown:  # noqa: N802
        return shown.Name(self._names.column(0, expr.attnum, prefixed=True))

    def _WholeRow(self, expr: bound.WholeRow) -> Shown:  # noqa: N802
        return shown.Name(f"{quote_identifier(self._names.alias(expr.relation))}.*")

    def _FuncCall(self, expr: bound.FuncCall) -> Shown:  # noqa: N802
        function = expr.function
        if function.source.startswith(_INLINED_CATS):
            texts = tuple(
                arg if arg.type == oids.TEXT else bound.CoerceViaIO(oids.TEXT, -1, arg) for arg in expr.args
            )
            return shown.Operator("||", self._all(texts))
        for operator in _operators_by_function().get(function.oid, ()):
            if len(expr.args) == (2 if operator.left else 1):
                return shown.Operator(operator.name, self._all(expr.args))
        if expr.args and (function.oid, expr.type) in _cast_functions():
            return shown.Cast(
                self.shown(expr.args[0]),
                format_type(expr.type, expr.typmod),
                expr.type,
                is_implicit=False,
                is_call=True,
            )
        return self._call(function, expr.args)

    def _call(self, function: Function, args: tuple[bound.Expr, ...]) -> Shown:
        fixed = len(function.args) - 1
        if function.variadic and function.variadic != oids.ANY and len(args) > fixed:
            last: Shown = shown.Listed("ARRAY[", self._all(args[fixed:]), "]")
            return shown.Call(
                quote_identifier(function.name), (*self._all(args[:fixed]), last), is_variadic=True
            )
        if function.variadic == oids.ANY and function.args[fixed] == oids.ANYARRAY:
            return shown.Call(quote_identifier(function.name), self._all(args), is_variadic=True)
        if function.variadic == oids.ANY:
            return shown.Call(
                quote_identifier(function.name),
                (*self._all(args[:fixed]), *(self._of_any_type(arg) for arg in args[fixed:])),
            )
        if function.name in _SQL_SYNTAX:
            return shown.Call(function.name, self._all(args), is_special=True)
        return shown.Call(quote_identifier(function.name), self._all(args))

    def _of_any_type(self, arg: bound.Expr) -> Shown:
        """Return an argument of VARIADIC "any", which is text by now, as what it was."""
        if isinstance(arg, bound.CoerceViaIO):
            return self.shown(arg.arg)
        shown_ = self.shown(arg)
        is_text = isinstance(shown_, shown.Literal) and shown_.type == oids.TEXT
        return shown.Literal(oids.UNKNOWN, shown_.text) if is_text else shown_  # type: ignore[attr-defined]

    def _Relabel(self, expr: bound.Relabel) -> Shown:  # noqa: N802
        return shown.Cast(self.shown(expr.arg), format_type(expr.type, -1), expr.type, is_implicit=True)

    def _CoerceViaIO(self, expr: bound.CoerceViaIO) -> Shown:  # noqa: N802
        return shown.Cast(self.shown(expr.arg), format_type(expr.type, -1), expr.type, is_implicit=False)

    _CoerceArray = _CoerceViaIO

    def _CoerceToDomain(self, expr: bound.CoerceToDomain) -> Shown:  # noqa: N802
        return shown.Cast(self.shown(expr.arg), expr.domain, expr.type, is_implicit=False)

    def _SqlCall(self, expr: bound.SqlCall) -> Shown:  # noqa: N802
        made = self._catalog.functions_by_oid.get(expr.function)
        return shown.Call(quote_identifier(made.name) if made else str(expr.function), self._all(expr.args))

    def _BoolExpr(self, expr: bound.BoolExpr) -> Shown:  # noqa: N802
        inner = pushed_in(expr)
        if inner is not expr and not (isinstance(inner, bound.BoolExpr) and inner.op is bound.BoolOp.NOT):
            return self.shown(inner)
        return shown.Boolean(expr.op.value, self._all(expr.args))

    def _NullTest(self, expr: bound.NullTest) -> Shown:  # noqa: N802
        return shown.Test(
            self.shown(expr.arg), "IS NOT NULL" if expr.negated else "IS NULL", shows_implicit=True
        )

    def _BooleanTest(self, expr: bound.BooleanTest) -> Shown:  # noqa: N802
        word = {True: "TRUE", False: "FALSE", None: "UNKNOWN"}[expr.value]
        return shown.Test(
            self.shown(expr.arg), f"IS {'NOT ' if expr.negated else ''}{word}", shows_implicit=False
        )

    def _DistinctTest(self, expr: bound.DistinctTest) -> Shown:  # noqa: N802
        test = shown.Distinct(self.shown(expr.left), self.shown(expr.right))
        return shown.Boolean("NOT", (test,)) if expr.negated else test

    def _NullIf(self, expr: bound.NullIf) -> Shown:  # noqa: N802
        return shown.Listed("NULLIF(", self._all((expr.left, expr.right)), ")")

    def _Case(self, expr: bound.Case) -> Shown:  # noqa: N802
        branches = tuple((self.shown(test), self.shown(result)) for test, result in expr.branches)
        return shown.CaseText(None, branches, self.shown(expr.otherwise))

    def _Coalesce(self, expr: bound.Coalesce) -> Shown:  # noqa: N802
        return shown.Listed("COALESCE(", self._all(expr.args), ")")

    def _MinMax(self, expr: bound.MinMax) -> Shown:  # noqa: N802
        return shown.Listed("GREATEST(" if expr.is_greatest else "LEAST(", self._all(expr.args), ")")

    def _Row(self, expr: bound.Row) -> Shown:  # noqa: N802
        return shown.Listed("ROW(", self._all(expr.args), ")")

    def _Array(self, expr: bound.Array) -> Shown:  # noqa: N802
        return self._elements(expr.type, expr.elements)

    def _elements(self, array: Oid, exprs: tuple[bound.Expr, ...]) -> Shown:
        """Return an array; one of constants is a constant."""
        elements = tuple(folded(self._with_arguments(each)) for each in exprs)
        if elements and all(isinstance(each, bound.Const) for each in elements):
            texts = [
                None if each.value is None else type_of(each.type).encode_text(each.value, self._style)
                for each in elements
                if isinstance(each, bound.Const)
            ]
            items = ",".join("NULL" if text is None else quoted_element(text) for text in texts)
            return shown.Literal(array, f"{{{items}}}")
        return shown.Listed("ARRAY[", self._all(elements), "]")

    def _Subscript(self, expr: bound.Subscript) -> Shown:  # noqa: N802
        return shown.Subscripts(
            self.shown(expr.arg), tuple((each, None, False) for each in self._all(expr.indices))
        )

    def _JsonbSubscript(self, expr: bound.JsonbSubscript) -> Shown:  # noqa: N802
        return shown.Subscripts(
            self.shown(expr.arg), tuple((each, None, False) for each in self._all(expr.path))
        )

    def _FieldSelect(self, expr: bound.FieldSelect) -> Shown:  # noqa: N802
        return shown.Field(self.shown(expr.arg), f"f{expr.ordinal}")

    def _InList(self, expr: bound.InList) -> Shown:  # noqa: N802
        array = type_of(expr.items[0].type).array
        right = (
            self._elements(array, expr.items) if array else shown.Listed("ARRAY[", self._all(expr.items), "]")
        )
        operator, word = ("<>", "ALL") if expr.negated else ("=", "ANY")
        return shown.AnyAll(self.shown(expr.left), operator, word, right)

    def _ScalarArray(self, expr: bound.ScalarArray) -> Shown:  # noqa: N802
        comparison = self.shown(expr.comparison)
        name = comparison.name if isinstance(comparison, shown.Operator) else "="
        return shown.AnyAll(
            self.shown(expr.left), name, "ANY" if expr.is_any else "ALL", self.shown(expr.array)
        )

    def _SubLink(self, expr: bound.SubLink) -> Shown:  # noqa: N802
        return shown.Word(self._sublink(expr))

    def _RuntimeValue(self, expr: bound.RuntimeValue) -> Shown:  # noqa: N802
        return shown.Word(expr.name.upper())

    def _GroupingCall(self, expr: bound.GroupingCall) -> Shown:  # noqa: N802
        return shown.Listed("GROUPING(", self._all(expr.args), ")")

    def _AggregateCall(self, expr: bound.AggregateCall) -> Shown:  # noqa: N802
        order = tuple(shown.SortItem(self.shown(key.expr), suffix(key)) for key in expr.order)
        is_within = expr.function.aggregate_kind in ("o", "h")
        return shown.AggregateText(
            quote_identifier(expr.function.name),
            self._all(expr.direct_args if is_within else expr.args),
            is_star=not expr.args and not is_within,
            is_distinct=expr.distinct,
            order=() if is_within else order,
            within_group=order if is_within else None,
            filter=None if expr.filter is None else self.shown(expr.filter),
        )

    def _WindowCall(self, expr: bound.WindowCall) -> Shown:  # noqa: N802
        return shown.AggregateText(
            quote_identifier(expr.function.name),
            self._all(expr.args),
            is_star=not expr.args and expr.function.kind == "a",
            filter=None if expr.filter is None else self.shown(expr.filter),
            over=shown.WindowText(name="(?)"),
        )

    def _other(self, expr: bound.Expr) -> Shown:
        return shown.Listed(f"{type(expr).__name__.upper()}(", (), ")")


_SQL_SYNTAX = frozenset({"extract", "timezone", "position", "overlay", "overlaps"})
"""Functions that are hardly called but in SQL's own syntax."""


def pushed_in(expr: bound.Expr) -> bound.Expr:
    """Return an expression whose outermost NOT has been moved inwards."""
    if isinstance(expr, bound.BoolExpr) and expr.op is bound.BoolOp.NOT:
        return negated(expr.args[0])
    return expr


def negated(expr: bound.Expr) -> bound.Expr:
    """Return NOT of an expression, moved inwards as far as it goes."""
    match expr:
        case bound.BoolExpr(op=bound.BoolOp.NOT):
            return expr.args[0]
        case bound.BoolExpr():
            op = bound.BoolOp.OR if expr.op is bound.BoolOp.AND else bound.BoolOp.AND
            return bound.BoolExpr(expr.type, -1, op, tuple(negated(arg) for arg in expr.args))
        case bound.NullTest() | bound.BooleanTest() | bound.InList():
            return replace(expr, negated=not expr.negated)
        case bound.FuncCall():
            for operator in _operators_by_function().get(expr.function.oid, ()):
                if operator.negator and len(expr.args) == 2:
                    function = functions().get(operators()[operator.negator].function)
                    if function is not None:
                        return replace(expr, function=function)
    return bound.BoolExpr(oids.BOOL, -1, bound.BoolOp.NOT, (expr,))


_INLINED_CATS = ("select $1 operator(pg_catalog.||)", "select $1::pg_catalog.text operator(")
"""|| of text and anything else: a SQL function, of which PostgreSQL shows the body."""


def suffix(key: bound.SortKey) -> str:
    """Return what follows a sort key: nothing for ASC NULLS LAST."""
    if key.descending:
        return " DESC" if key.nulls_first else " DESC NULLS LAST"
    return " NULLS FIRST" if key.nulls_first else ""


def _one_line(text: str) -> str:
    """CASE is laid out over lines in definitions; EXPLAIN has it in one."""
    return " ".join(line.strip() for line in text.split("\n")).strip() if "\n" in text else text
