"""FROM: tables, subqueries, functions, VALUES, joins, with the names they go by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from borealis.settings.identifiers import quote_identifier
from borealis.sql.bind.from_functions import entries_of
from borealis.sql.bound import expressions as bound
from borealis.sql.bound.relations import CteRelation, FunctionRelation, RowsFrom
from borealis.sql.deparse.calls import call_text
from borealis.sql.deparse.expressions import Expressions
from borealis.sql.deparse.nodes import Call, Shown
from borealis.sql.deparse.printer import JOIN, STANDARD, Printer
from borealis.sql.deparse.scope import Range, current_name, using_names
from borealis.sql.parse import Node
from borealis.types import oids

if TYPE_CHECKING:
    from borealis.sql.deparse.queries import QueryWriter

_JOINS = {
    "JOIN_LEFT": " LEFT JOIN ",
    "JOIN_RIGHT": " RIGHT JOIN ",
    "JOIN_FULL": " FULL JOIN ",
}


def write_from(writer: QueryWriter, out: Printer, to: Expressions, nodes: Sequence[Node]) -> None:
    for ordinal, node in enumerate(nodes):
        if not ordinal:
            out.keyword(" FROM ", -STANDARD, STANDARD, 2)
            _item(writer, out, to, node)
            continue
        out.put(", ")
        text = out.aside(lambda node=node: _item(writer, out, to, node))  # type: ignore[misc]
        out.put_item(text, is_first=False, breaks=True)


def _item(writer: QueryWriter, out: Printer, to: Expressions, node: Node) -> None:
    ((kind, body),) = node.items()
    if kind == "JoinExpr":
        _join(writer, out, to, body)
        return
    shown = to.scope.ranges[id(body)]
    is_lateral = body.get("lateral") or (kind == "RangeFunction" and _names_sibling(to, body))
    out.put("LATERAL " if is_lateral else "")
    match kind:
        case "RangeVar":
            _range_var(writer, out, to, body, shown)
        case "RangeSubselect":
            out.put("(")
            writer.nested(out, body["subquery"])
            out.put(")")
            own = (
                "" if "alias" in body or "valuesLists" not in body["subquery"]["SelectStmt"] else '"*VALUES*"'
            )
            _alias(
                out,
                shown,
                always="alias" in body or bool(own),
                columns=bool(body.get("alias", {}).get("colnames")),
            )
        case "RangeFunction":
            _function(writer, out, to, body, shown)


def _names_sibling(to: Expressions, node: Any) -> bool:
    """Whether a function's arguments name columns of items beside it."""
    if isinstance(node, list):
        return any(_names_sibling(to, each) for each in node)
    if not isinstance(node, dict):
        return False
    if "ColumnRef" in node:
        expr = to.bound_as(node)
        return isinstance(expr, bound.Var) and (expr.relation, expr.attnum) in to.scope.shown
    return any(_names_sibling(to, each) for each in node.values())


def _range_var(writer: QueryWriter, out: Printer, to: Expressions, body: Node, shown: Range) -> None:
    from borealis.sql.deparse.queries import relation_text

    item, named = writer.trace.items[id(body)]
    relation = writer.context.catalog.relations_by_oid.get(named.table)
    if isinstance(item, CteRelation):
        own = body["relname"]
        out.put(quote_identifier(own))
    elif relation is not None:
        own = relation.name
        out.put(relation_text(writer.context, relation))
    else:  # a table of pg_catalog, or a view of information_schema
        own = body["relname"]
        schema = body.get("schemaname")
        out.put(
            quote_identifier(own) if schema in (None, "pg_catalog") else f"{schema}.{quote_identifier(own)}"
        )
    columns = bool(body.get("alias", {}).get("colnames")) or any(
        name != current_name(column, writer.context.catalog) for column, name in shown.columns
    )
    _alias(out, shown, always="alias" in body or columns or shown.name != own, columns=columns)


def _alias(out: Printer, shown: Range, *, always: bool, columns: bool) -> None:
    if always:
        out.put(f" {quote_identifier(shown.name)}")
    if columns:
        out.put(f"({', '.join(quote_identifier(name) for _, name in shown.columns)})")


def _function(writer: QueryWriter, out: Printer, to: Expressions, body: Node, shown: Range) -> None:
    item, _ = writer.trace.items[id(body)]
    entries = entries_of(body)
    if isinstance(item, FunctionRelation):
        calls: list[bound.Expr | None] = [item.call]
    elif isinstance(item, RowsFrom):
        calls = list(item.calls)
    else:
        calls = [None] * len(entries)
    if len(entries) > 1 and all(map(_is_unnest, calls)):
        out.put("UNNEST(")
        for ordinal, (entry, call) in enumerate(zip(entries, calls, strict=True)):
            out.put(", " if ordinal else "")
            shown_call = _shown_call(to, entry[0]["FuncCall"], call)
            assert isinstance(shown_call, Call), shown_call
            out.exprs(shown_call.args)
        out.put(")")
    else:
        is_defined = any(definition for _, definition in entries)
        is_rows_from = len(entries) > 1 or bool(body.get("is_rowsfrom") and is_defined)
        _calls(out, to, entries, calls, is_rows_from=is_rows_from)
    out.put(" WITH ORDINALITY" if body.get("ordinality") else "")
    if "coldeflist" in body:
        out.put(f" {quote_identifier(shown.name)}({_column_definitions(to, body['coldeflist'])})")
        return
    _alias(out, shown, always=True, columns=True)


def _is_unnest(call: bound.Expr | None) -> bool:
    return isinstance(call, bound.FuncCall) and call.function.source == "array_unnest"


def _calls(
    out: Printer,
    to: Expressions,
    entries: Sequence[tuple[Node, Sequence[Node]]],
    calls: Sequence[bound.Expr | None],
    *,
    is_rows_from: bool,
) -> None:
    out.put("ROWS FROM(" if is_rows_from else "")
    for ordinal, (node, definition) in enumerate(entries):
        out.put(", " if ordinal else "")
        if "FuncCall" in node:
            out.expr(_shown_call(to, node["FuncCall"], calls[ordinal] if ordinal < len(calls) else None))
        else:
            out.expr(to.shown(node))
        if definition:
            out.put(f" AS ({_column_definitions(to, definition)})")
    out.put(")" if is_rows_from else "")


def _shown_call(to: Expressions, node: Node, expr: bound.Expr | None) -> Shown:
    return call_text(to, node, to.trace.exprs.get(id(node)) if expr is None else expr)


def _column_definitions(to: Expressions, nodes: Sequence[Node]) -> str:
    from borealis.sql.bind.type_names import bind_type

    texts = []
    for node in nodes:
        oid, typmod, domain = bind_type(to.context, node["ColumnDef"]["typeName"])
        type_text = to.type_text(oid, typmod) if domain is None else to.type_text(domain.oid)
        texts.append(f"{quote_identifier(node['ColumnDef']['colname'])} {type_text}")
    return ", ".join(texts)


def _join(writer: QueryWriter, out: Printer, to: Expressions, body: Node) -> None:
    has_alias = "alias" in body
    wraps = not out.pretty or has_alias
    out.put("(" if wraps else "")
    _item(writer, out, to, body["larg"])
    condition = body.get("quals")
    using = using_names(body, to.trace)
    kind = body["jointype"]
    inner = " JOIN " if condition is not None or using else " CROSS JOIN "
    out.keyword(_JOINS.get(kind, inner), -STANDARD, STANDARD, JOIN)
    right = body["rarg"]
    wraps_right = out.pretty and "JoinExpr" in right and "alias" not in right["JoinExpr"]
    out.put("(" if wraps_right else "")
    _item(writer, out, to, right)
    out.put(")" if wraps_right else "")
    if using:
        out.put(f" USING ({', '.join(map(quote_identifier, using))})")
        alias = body.get("join_using_alias", {}).get("aliasname")
        out.put(f" AS {quote_identifier(alias)}" if alias else "")
    elif condition is not None:
        out.put(" ON ")
        out.put("" if out.pretty else "(")
        out.expr(to.shown(condition, oids.BOOL), implicit=False)
        out.put("" if out.pretty else ")")
    elif kind != "JOIN_INNER":
        out.put(" ON TRUE")
    out.put(")" if wraps else "")
    if has_alias:
        shown = to.scope.ranges[id(body)]
        _alias(out, shown, always=True, columns=bool(body["alias"].get("colnames")))
