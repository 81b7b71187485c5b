"""Expressions: a parse node with what binding made of it, as a shown node with every cast in it.

An argument is shown as of the type it was coerced to: a string literal as a constant of that type, anything of another
type inside an implicit cast. Binding's trace has the type before, the bound call the type after.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from borealis.errors import FeatureNotSupported
from borealis.settings.identifiers import quote_identifier
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions.columns import is_star
from borealis.sql.bind.expressions.operators import operator_name
from borealis.sql.bind.pathways import CoercionContext, Method, find_pathway, is_polymorphic
from borealis.sql.bind.trace import BindTrace
from borealis.sql.bind.type_names import bind_type
from borealis.sql.bound import expressions as bound
from borealis.sql.deparse.constants import WITHOUT_LENGTH, type_name
from borealis.sql.deparse.nodes import (
    Boolean,
    CaseText,
    Cast,
    Collated,
    Field,
    Listed,
    Literal,
    Name,
    Shown,
    Subquery,
    Subscripts,
    Test,
    Word,
)
from borealis.sql.deparse.scope import Scope
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import format_type, type_of
from borealis.types.row_types import is_row_type, table_of

_VALUES = {
    "SVFOP_CURRENT_CATALOG": "CURRENT_CATALOG",
    "SVFOP_CURRENT_DATE": "CURRENT_DATE",
    "SVFOP_CURRENT_ROLE": "CURRENT_ROLE",
    "SVFOP_CURRENT_SCHEMA": "CURRENT_SCHEMA",
    "SVFOP_CURRENT_TIME": "CURRENT_TIME",
    "SVFOP_CURRENT_TIMESTAMP": "CURRENT_TIMESTAMP",
    "SVFOP_CURRENT_USER": "CURRENT_USER",
    "SVFOP_LOCALTIME": "LOCALTIME",
    "SVFOP_LOCALTIMESTAMP": "LOCALTIMESTAMP",
    "SVFOP_SESSION_USER": "SESSION_USER",
    "SVFOP_USER": "USER",
}
_UNTOUCHED = frozenset({Oid(0), oids.ANY, oids.RECORD})

Maker = Callable[["Expressions", Node], Shown]
MAKERS: dict[str, Maker] = {}


def shows(*kinds: str) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        for kind in kinds:
            MAKERS[kind] = maker
        return maker

    return register


class Expressions:
    """The expressions of one query, under its scope."""

    def __init__(self, context: BindContext, trace: BindTrace, scope: Scope) -> None:
        self.context = context
        self.trace = trace
        self.scope = scope

    def bound_as(self, node: Node) -> bound.Expr | None:
        """Return what a node was bound as, before it was coerced."""
        return self.trace.exprs.get(id(next(iter(node.values()))))

    def shown(self, node: Node, wanted: Oid = Oid(0)) -> Shown:
        """Return a node as of the type it was coerced to."""
        natural = self.bound_as(node)
        if natural is not None and natural.type == oids.UNKNOWN and isinstance(natural, bound.Const):
            return self.literal(natural.value, _literal_type(wanted))
        shown = self.bare(node)
        source = self.type_of(natural)
        if (
            natural is None
            or wanted in _UNTOUCHED
            or is_polymorphic(wanted)
            or source in (wanted, oids.UNKNOWN)
        ):
            return shown
        return self.cast(shown, source, wanted, -1, is_implicit=True)

    def bare(self, node: Node) -> Shown:
        """Return a node as of its own type. Raises FeatureNotSupported, naming what is not shown yet."""
        ((kind, body),) = node.items()
        maker = MAKERS.get(kind)
        if maker is None:
            raise FeatureNotSupported(f"definition with {kind} not supported")
        return maker(self, body)

    def all_shown(self, nodes: Sequence[Node], wanted: Oid = Oid(0)) -> tuple[Shown, ...]:
        return tuple(self.shown(node, wanted) for node in nodes)

    def type_of(self, expr: bound.Expr | None) -> Oid:
        """Return the type of an expression; of a column of a domain, the domain."""
        if expr is None:
            return Oid(0)
        if isinstance(expr, bound.Var) and (place := self.scope.base_column(expr)) is not None:
            relation = self.context.catalog.relations_by_oid.get(place[0])
            columns = getattr(relation, "columns", ())
            if columns and columns[place[1] - 1].domain:
                return Oid(columns[place[1] - 1].domain)
        return expr.type

    def cast(self, arg: Shown, source: Oid, target: Oid, typmod: int, *, is_implicit: bool) -> Cast:
        is_call = typmod >= 0
        domains = self.context.catalog.domains_by_oid
        if source not in domains and target not in domains and not is_call:
            pathway = find_pathway(source, target, CoercionContext.EXPLICIT)
            is_call = pathway is not None and pathway.method is Method.FUNCTION
        text = type_name(target, typmod) if target in WITHOUT_LENGTH else self.type_text(target, typmod)
        return Cast(arg, text, target, is_implicit, is_call)

    def type_text(self, oid: Oid, typmod: int = -1) -> str:
        domain = self.context.catalog.domains_by_oid.get(oid)
        if domain is None:
            return format_type(oid, typmod)
        name = quote_identifier(domain.name)
        for schema in self.context.search_path:
            found = self.context.catalog.domain(schema, domain.name)
            if found is not None:
                return name if found.oid == oid else f"{quote_identifier(domain.schema.name)}.{name}"
        return f"{quote_identifier(domain.schema.name)}.{name}"

    def literal(self, text: object, type_: Oid) -> Literal:
        """Return a string literal as a constant of a type, in the type's own spelling."""
        if text is None:
            return Literal(type_, None)
        if type_ == oids.UNKNOWN:
            return Literal(type_, str(text))
        style = self.context.style
        type_codec = type_of(type_)
        return Literal(type_, type_codec.encode_text(type_codec.decode_text(str(text), style), style))


def _literal_type(wanted: Oid) -> Oid:
    if wanted == oids.ANY:
        return oids.UNKNOWN
    return oids.TEXT if is_polymorphic(wanted) or wanted in _UNTOUCHED else wanted


@shows("A_Const")
def _constant(to: Expressions, node: Node) -> Shown:
    const = to.trace.exprs[id(node)]
    assert isinstance(const, bound.Const)
    if const.value is None or const.type == oids.UNKNOWN:
        return Literal(
            oids.TEXT if const.type == oids.UNKNOWN else const.type,
            None if const.value is None else str(const.value),
        )
    text = type_of(const.type).encode_text(const.value, to.context.style)
    if const.type == oids.NUMERIC and "fval" in node and set(text) <= set("0123456789"):
        return Literal(const.type, text)
    return Literal(const.type, text)


@shows("ColumnRef")
def _column(to: Expressions, node: Node) -> Shown:
    expr = to.trace.exprs.get(id(node))
    return show_column(to, expr, "?" if is_star(node) else node["fields"][-1]["String"]["sval"])


def show_column(to: Expressions, expr: bound.Expr | None, name: str) -> Shown:
    """Return what a name meant: a column, a join's column, a whole row, a function's argument."""
    if isinstance(expr, bound.Var):
        text = to.scope.column(expr)
        if text is not None:
            return Name(text)
    if isinstance(expr, bound.WholeRow):
        relation = to.scope.relation_name(expr.relation) or quote_identifier(expr.alias)
        table = to.context.row_type_name(table_of(expr.type)) if is_row_type(expr.type) else "record"
        return Name(f"{relation}.*", f"::{table}")
    if expr is not None and (text := to.scope.merged(expr)) is not None:
        return Name(text)
    if isinstance(expr, bound.Relabel | bound.FuncCall):  # a column of JOIN USING, coerced
        inner = expr.arg if isinstance(expr, bound.Relabel) else expr.args[0]
        return to.cast(show_column(to, inner, name), inner.type, expr.type, -1, is_implicit=True)
    return Word("VALUE" if name == "value" else quote_identifier(name))


@shows("ParamRef")
def _param(to: Expressions, node: Node) -> Shown:
    return Word(f"${node.get('number', 0)}")


@shows("TypeCast")
def _type_cast(to: Expressions, node: Node) -> Shown:
    oid, typmod, domain = bind_type(to.context, node["typeName"])
    arg = node["arg"]
    if "A_ArrayExpr" in arg and type_of(oid).element:
        return _array_of(to, arg["A_ArrayExpr"], oid)
    natural = to.bound_as(arg)
    assert natural is not None
    if natural.type == oids.UNKNOWN and isinstance(natural, bound.Const):
        shown: Shown = to.literal(natural.value, oid)
        if typmod >= 0 and oid != oids.INTERVAL:
            shown = Cast(shown, to.type_text(oid, typmod), oid, False, is_call=True)
        elif typmod >= 0:
            value = type_of(oid).encode_text(to.trace.exprs[id(node)].value, to.context.style)  # type: ignore[attr-defined]
            shown = Cast(Literal(oid, value), to.type_text(oid, typmod), oid, False)
    else:
        shown = to.bare(arg)
        source = to.type_of(natural)
        if source != oid or typmod != natural.typmod:
            shown = to.cast(shown, source, oid, typmod, is_implicit=False)
    if domain is not None:
        return Cast(shown, to.type_text(domain.oid), domain.oid, False)
    return shown


def _array_of(to: Expressions, node: Node, array: Oid) -> Shown:
    """Return `ARRAY[…]::type[]`, whose elements take the type."""
    element = type_of(array).element
    items = []
    for each in node.get("elements", ()):
        natural = to.bound_as(each)
        if "A_ArrayExpr" in each:
            items.append(_array_of(to, each["A_ArrayExpr"], array))
        elif natural is None or natural.type in (element, oids.UNKNOWN):
            items.append(to.shown(each, element))
        else:
            items.append(to.cast(to.bare(each), natural.type, element, -1, is_implicit=False))
    after = "]" if items else f"]::{to.type_text(array)}"
    return Listed("ARRAY[", tuple(items), after)


@shows("A_ArrayExpr")
def _array(to: Expressions, node: Node) -> Shown:
    expr = to.trace.exprs[id(node)]
    elements = node.get("elements", ())
    if elements and all("A_ArrayExpr" in each for each in elements):
        return Listed("ARRAY[", to.all_shown(elements), "]")
    return Listed("ARRAY[", to.all_shown(elements, type_of(expr.type).element), "]")


@shows("RowExpr")
def _row(to: Expressions, node: Node) -> Shown:
    return Listed("ROW(", to.all_shown(node.get("args", ())), ")")


@shows("BoolExpr")
def _boolean(to: Expressions, node: Node) -> Shown:
    op = {"AND_EXPR": "AND", "OR_EXPR": "OR", "NOT_EXPR": "NOT"}[node["boolop"]]
    return Boolean(op, to.all_shown(node["args"], oids.BOOL))


@shows("NullTest")
def _null_test(to: Expressions, node: Node) -> Shown:
    word = "IS NULL" if node["nulltesttype"] == "IS_NULL" else "IS NOT NULL"
    return Test(to.shown(node["arg"]), word, True)


@shows("BooleanTest")
def _boolean_test(to: Expressions, node: Node) -> Shown:
    return Test(to.shown(node["arg"], oids.BOOL), node["booltesttype"].replace("_", " "), False)


@shows("CaseExpr")
def _case(to: Expressions, node: Node) -> Shown:
    case = to.trace.exprs[id(node)]
    assert isinstance(case, bound.Case)
    branches = []
    for item, (condition, _) in zip(node["args"], case.branches, strict=True):
        when = item["CaseWhen"]
        wanted = oids.BOOL
        if "arg" in node:
            wanted = condition.args[1].type if isinstance(condition, bound.FuncCall) else Oid(0)
        branches.append((to.shown(when["expr"], wanted), to.shown(when["result"], case.type)))
    otherwise = to.shown(node["defresult"], case.type) if "defresult" in node else Literal(case.type, None)
    return CaseText(to.shown(node["arg"]) if "arg" in node else None, tuple(branches), otherwise)


@shows("CoalesceExpr", "MinMaxExpr")
def _of_common_type(to: Expressions, node: Node) -> Shown:
    word = {"IS_GREATEST": "GREATEST", "IS_LEAST": "LEAST"}.get(node.get("op", ""), "COALESCE")
    return Listed(f"{word}(", to.all_shown(node["args"], to.trace.exprs[id(node)].type), ")")


@shows("GroupingFunc")
def _grouping(to: Expressions, node: Node) -> Shown:
    return Listed("GROUPING(", to.all_shown(node["args"]), ")")


@shows("SQLValueFunction")
def _sql_value(to: Expressions, node: Node) -> Shown:
    precision = f"({node.get('typmod', 0)})" if node["op"].endswith("_N") else ""
    return Word(_VALUES[node["op"].removesuffix("_N")] + precision)


@shows("CollateClause")
def _collate(to: Expressions, node: Node) -> Shown:
    names = [part["String"]["sval"] for part in node["collname"]]
    return Collated(to.shown(node["arg"]), quote_identifier(names[-1]))


@shows("A_Indirection")
def _indirection(to: Expressions, node: Node) -> Shown:
    meant = to.trace.exprs.get(id(node))
    if isinstance(meant, bound.Var) and (column := to.scope.column(meant)) is not None:
        return Name(column)  # (relation).column
    shown = to.shown(node["arg"])
    indices: list[Node] = []
    for step in node["indirection"]:
        if "A_Indices" in step:
            indices.append(step["A_Indices"])
            continue
        if "String" not in step:
            raise FeatureNotSupported("definition with (row).* not supported")
        if indices:
            shown, indices = _subscripted(to, shown, indices), []
        shown = Field(shown, step["String"]["sval"])
    return _subscripted(to, shown, indices) if indices else shown


def _subscripted(to: Expressions, arg: Shown, indices: Sequence[Node]) -> Shown:
    has_slice = any("is_slice" in each for each in indices)

    def bound_of(each: Node, key: str) -> Shown | None:
        if key not in each:
            return Literal(oids.INT4, "1") if has_slice and "is_slice" not in each else None
        natural = to.bound_as(each[key])
        is_text = natural is not None and natural.type == oids.UNKNOWN
        return to.shown(each[key], oids.TEXT if is_text else oids.INT4)

    parts = []
    for each in indices:
        lower = bound_of(each, "lidx") if has_slice else None
        parts.append((lower, bound_of(each, "uidx"), has_slice))
    return Subscripts(arg, tuple(parts))


@shows("SubLink")
def _sublink(to: Expressions, node: Node) -> Shown:
    kind = node["subLinkType"]
    link = to.trace.exprs[id(node)]
    operator = operator_name({"name": node["operName"]}) if "operName" in node else "="
    if "testexpr" not in node:
        return Subquery(kind, "", (), node["subselect"])
    assert isinstance(link, bound.SubLink)
    types = left_types(link.comparison)
    tests = node["testexpr"]["RowExpr"]["args"] if "RowExpr" in node["testexpr"] else [node["testexpr"]]
    wanted = [*types, *[Oid(0)] * len(tests)]
    shown = tuple(to.shown(test, type_) for test, type_ in zip(tests, wanted, strict=False))
    return Subquery(kind, operator, shown, node["subselect"])


def left_types(comparison: bound.Expr | None) -> list[Oid]:
    """Return what the left sides of one comparison, or of several, were coerced to."""
    match comparison:
        case bound.BoolExpr(args=args):
            return [type_ for arg in args for type_ in left_types(arg)]
        case bound.FuncCall(args=(left, *_)):
            return [left.type]
    return []
