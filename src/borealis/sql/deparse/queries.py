"""Queries: clause by clause, each on a line of its own, as pg_get_viewdef shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from borealis.catalog.relations import Relation
from borealis.errors import FeatureNotSupported
from borealis.settings.identifiers import quote_identifier
from borealis.sql.bind.composites import fields_of
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions.columns import is_star
from borealis.sql.bind.targets import output_name
from borealis.sql.bind.trace import BindTrace
from borealis.sql.deparse.calls import sort_suffix, window_text
from borealis.sql.deparse.expressions import Expressions, show_column
from borealis.sql.deparse.from_clause import write_from
from borealis.sql.deparse.nodes import Field, Literal, Name, Shown, Subquery
from borealis.sql.deparse.printer import INNER, STANDARD, Printer
from borealis.sql.deparse.scope import Scope, build_scope
from borealis.sql.deparse.with_clause import write_with
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.base import Oid

_GROUPING_SETS = {
    "GROUPING_SET_ROLLUP": "ROLLUP(",
    "GROUPING_SET_CUBE": "CUBE(",
    "GROUPING_SET_SETS": "GROUPING SETS (",
}


class QueryWriter:
    """Writes queries of one stored tree."""

    def __init__(self, context: BindContext, trace: BindTrace, *, pretty: bool) -> None:
        self.context = context
        self.trace = trace
        self.pretty = pretty
        self._scopes: list[Scope | None] = [None]

    def printer(self) -> Printer:
        return Printer(pretty=self.pretty, subquery=self._sublink)

    def _sublink(self, out: Printer, node: Subquery) -> None:
        self.nested(out, node.query, names_shown=False)

    def nested(self, out: Printer, node: Node, *, names_shown: bool = True) -> None:
        """Write a query inside another; it begins anew at the depth it stands at."""
        depth = out.depth
        self.query(out, node["SelectStmt"], self._scopes[-1], names_shown=names_shown)
        out.depth = depth

    def query(
        self,
        out: Printer,
        node: Node,
        parent: Scope | None,
        names: Sequence[str] = (),
        *,
        names_shown: bool = True,
    ) -> None:
        """Write a query; names are what its columns are called by now, where that is known."""
        scope = build_scope(parent, node.get("fromClause", ()), self.trace, self.context.catalog)
        self._scopes.append(scope)
        if "withClause" in node:
            write_with(self, out, node["withClause"])
        is_set = node.get("op", "SETOP_NONE") != "SETOP_NONE"
        if is_set:
            self._set_operation(out, node, scope, names, names_shown=names_shown)
        else:
            self._basic(out, node, scope, names, names_shown=names_shown)
        self._tail(out, node, scope, by_number=is_set)
        self._scopes.pop()

    # Set operations

    def _set_operation(
        self, out: Printer, node: Node, scope: Scope, names: Sequence[str], *, names_shown: bool
    ) -> None:
        left, right = node["larg"], node["rarg"]
        wraps = _is_plain_set(left) and (left["op"], left.get("all")) != (node["op"], node.get("all"))
        indent = STANDARD if wraps else 0
        if wraps:
            out.put("(")
            out.keyword("", indent, 0, 0)
        self._side(out, left, scope, names, names_shown=names_shown)
        if wraps:
            out.keyword(") ", -indent, 0, 0)
        else:
            out.keyword("", 0, 0, 0)
        word = node["op"].removeprefix("SETOP_")
        out.put(f"{word} {'ALL ' if node.get('all') else ''}")
        wraps = _is_plain_set(right)
        indent = STANDARD if wraps else 0
        out.put("(" if wraps else "")
        out.keyword("", indent, 0, 0)
        self._side(out, right, scope, names, names_shown=False)
        out.depth -= indent
        if wraps:
            out.keyword(")", 0, 0, 0)

    def _side(
        self, out: Printer, node: Node, scope: Scope, names: Sequence[str], *, names_shown: bool
    ) -> None:
        if _is_plain_set(node):
            self._set_operation(out, node, scope, names, names_shown=names_shown)
            return
        wraps = any(key in node for key in ("withClause", "sortClause", "limitCount", "limitOffset"))
        out.put("(" if wraps else "")
        depth = out.depth
        self.query(out, node, scope, names, names_shown=names_shown)
        out.depth = depth
        out.put(")" if wraps else "")

    # SELECT

    def _basic(
        self, out: Printer, node: Node, scope: Scope, names: Sequence[str], *, names_shown: bool
    ) -> None:
        out.depth += STANDARD
        out.put(" ")
        to = Expressions(self.context, self.trace, scope)
        if "valuesLists" in node:
            self._values_query(out, to, node, names)
            return
        out.put("SELECT")
        self._distinct(out, to, node)
        self._targets(out, to, node, names, names_shown=names_shown)
        write_from(self, out, to, node.get("fromClause", ()))
        self._clause(out, " WHERE ", node.get("whereClause"), to)
        self._group(out, to, node)
        if "havingClause" in node:
            out.keyword(" HAVING ", -STANDARD, STANDARD, 0)
            out.expr(to.shown(node["havingClause"], oids.BOOL), implicit=False)
        for ordinal, item in enumerate(node.get("windowClause", ())):
            if ordinal:
                out.put(", ")
            else:
                out.keyword(" WINDOW ", -STANDARD, STANDARD, 1)
            out.put(f"{quote_identifier(item['WindowDef']['name'])} AS ")
            definition = {key: value for key, value in item["WindowDef"].items() if key != "name"}
            out.window(window_text(to, definition))

    def _clause(self, out: Printer, word: str, node: Node | None, to: Expressions) -> None:
        if node is not None:
            out.keyword(word, -STANDARD, STANDARD, 1)
            out.expr(to.shown(node, oids.BOOL), implicit=False)

    def _values_query(self, out: Printer, to: Expressions, node: Node, names: Sequence[str]) -> None:
        """Write VALUES; where its columns go by other names, as a SELECT from it."""
        own = [f"column{ordinal}" for ordinal in range(1, len(node["valuesLists"][0]["List"]["items"]) + 1)]
        if not names or list(names) == own:
            self._values(out, to, node)
            return
        before = '"*VALUES*".' if to.scope.parent is not None else ""
        out.put("SELECT ")
        for ordinal, (column, name) in enumerate(zip(own, names, strict=True)):
            if ordinal:
                out.put(",")
                out.keyword("", -STANDARD, STANDARD, INNER)
            out.put(f"{before}{column}" + ("" if name == column else f" AS {quote_identifier(name)}"))
        out.keyword(" FROM ", -STANDARD, STANDARD, 2)
        out.put("(")
        self._values(out, to, node)
        out.put(') "*VALUES*"')

    def _values(self, out: Printer, to: Expressions, node: Node) -> None:
        out.put("VALUES ")
        types = self._types_of_values(to, node)
        for ordinal, row in enumerate(node["valuesLists"]):
            out.put(", (" if ordinal else "(")
            for place, item in enumerate(row["List"]["items"]):
                out.put("," if place else "")
                out.expr(to.shown(item, types[place]), implicit=False)
            out.put(")")

    def _types_of_values(self, to: Expressions, node: Node) -> list[Oid]:
        rows = [row["List"]["items"] for row in node["valuesLists"]]
        from borealis.sql.bind.coerce import common_type

        types = []
        for column in zip(*rows, strict=True):
            exprs = [expr for item in column if (expr := to.bound_as(item)) is not None]
            types.append(common_type(self.context, exprs, "VALUES") or oids.TEXT)
        return types

    def _distinct(self, out: Printer, to: Expressions, node: Node) -> None:
        if "distinctClause" not in node:
            return
        out.put(" DISTINCT")
        items = [item for item in node["distinctClause"] if item]
        if items:
            out.put(" ON (")
            for ordinal, item in enumerate(items):
                out.put(", " if ordinal else "")
                out.sort_expr(self._output(to, node, item))
            out.put(")")

    def _targets(
        self, out: Printer, to: Expressions, node: Node, names: Sequence[str], *, names_shown: bool
    ) -> None:
        out.put(" ")
        was_long = False
        for ordinal, (shown, own) in enumerate(self.targets(to, node)):
            name = names[ordinal] if ordinal < len(names) else own
            out.put(", " if ordinal else "")
            text = out.aside(self._target(out, shown, name, names_shown=names_shown))
            line = out.text.rpartition("\n")[2]
            breaks = bool(line or text) or was_long
            out.put_item(text, is_first=ordinal == 0, breaks=breaks)
            was_long = "\n" in text[1:]

    def _target(
        self, out: Printer, shown: Shown, name: str | None, *, names_shown: bool
    ) -> Callable[[], None]:
        def write() -> None:
            out.put(
                shown.text + shown.row_type if isinstance(shown, Name) else out.aside(lambda: out.expr(shown))
            )
            natural = None if names_shown else "?column?"
            if isinstance(shown, Name):
                natural = _bare_name(shown.text)
            if name is not None and name != natural:
                out.put(f" AS {quote_identifier(name)}")

        return write

    def targets(self, to: Expressions, node: Node) -> list[tuple[Shown, str]]:
        """Return the output columns with their names, stars spelt out."""
        found: list[tuple[Shown, str]] = []
        for item in node.get("targetList", ()):
            target = item["ResTarget"]
            value = target["val"]
            if "ColumnRef" in value and is_star(value["ColumnRef"]):
                columns = self.trace.stars[id(value["ColumnRef"])]
                found += ((show_column(to, column.expr, column.name), column.name) for column in columns)
                continue
            if "A_Indirection" in value and "A_Star" in value["A_Indirection"]["indirection"][-1]:
                found += self._fields(to, value["A_Indirection"])
                continue
            found.append((to.shown(value), target.get("name") or output_name(value)))
        return found

    def _fields(self, to: Expressions, node: Node) -> list[tuple[Shown, str]]:
        """Return the columns of `(row).*`."""
        natural = to.bound_as(node["arg"])
        if len(node["indirection"]) > 1 or natural is None:
            raise FeatureNotSupported("definition with (row).column.* not supported")
        row = to.shown(node["arg"])
        return [(Field(row, name), name) for name, _ in fields_of(self.context, natural, None)]

    def _group(self, out: Printer, to: Expressions, node: Node) -> None:
        if "groupClause" not in node:
            return
        out.keyword(" GROUP BY ", -STANDARD, STANDARD, 1)
        out.put("DISTINCT " if node.get("groupDistinct") else "")
        for ordinal, item in enumerate(node["groupClause"]):
            out.put(", " if ordinal else "")
            self._group_item(out, to, node, item)

    def _group_item(self, out: Printer, to: Expressions, node: Node, item: Node) -> None:
        if "RowExpr" in item and item["RowExpr"].get("row_format") == "COERCE_IMPLICIT_CAST":
            out.put("(")
            for ordinal, part in enumerate(item["RowExpr"].get("args", ())):
                out.put(", " if ordinal else "")
                out.sort_expr(self._output(to, node, part))
            out.put(")")
            return
        if "GroupingSet" not in item:
            out.sort_expr(self._output(to, node, item))
            return
        kind, content = item["GroupingSet"]["kind"], item["GroupingSet"].get("content", ())
        if kind == "GROUPING_SET_EMPTY":
            out.put("()")
            return
        out.put(_GROUPING_SETS[kind])
        for ordinal, part in enumerate(content):
            out.put(", " if ordinal else "")
            is_bare = "GroupingSet" not in part and "RowExpr" not in part
            out.put("(" if is_bare and kind == "GROUPING_SET_SETS" else "")
            self._group_item(out, to, node, part)
            out.put(")" if is_bare and kind == "GROUPING_SET_SETS" else "")
        out.put(")")

    def _output(self, to: Expressions, node: Node, item: Node) -> Shown:
        """Return what an item of ORDER BY, GROUP BY or DISTINCT ON means: an output column, or an expression."""
        targets = [] if to.bound_as(item) is not None else self.targets(to, node)
        match item:
            case {"A_Const": {"ival": {"ival": int(number)}}}:
                return self.targets(to, node)[number - 1][0]
            case {"ColumnRef": {"fields": [{"String": {"sval": name}}]}} if targets:
                return next(shown for shown, own in targets if own == name)
        return to.shown(item)

    # ORDER BY, OFFSET, LIMIT

    def _tail(self, out: Printer, node: Node, scope: Scope, *, by_number: bool) -> None:
        to = Expressions(self.context, self.trace, scope)
        if "sortClause" in node:
            out.keyword(" ORDER BY ", -STANDARD, STANDARD, 1)
            for ordinal, item in enumerate(node["sortClause"]):
                out.put(", " if ordinal else "")
                if by_number:
                    out.put(str(self._number(to, node, item["SortBy"]["node"])))
                else:
                    out.sort_expr(self._output(to, node, item["SortBy"]["node"]))
                out.put(sort_suffix(item["SortBy"]))
        if "limitOffset" in node:
            out.keyword(" OFFSET ", -STANDARD, STANDARD, 0)
            out.expr(to.shown(node["limitOffset"], oids.INT8), implicit=False)
        if "limitCount" in node:
            self._limit(out, to, node)

    def _limit(self, out: Printer, to: Expressions, node: Node) -> None:
        shown = to.shown(node["limitCount"], oids.INT8)
        if node.get("limitOption") == "LIMIT_OPTION_WITH_TIES":
            out.keyword(" FETCH FIRST ", -STANDARD, STANDARD, 0)
            text = out.aside(lambda: out.expr(shown, implicit=False))
            out.put(text if text.isdigit() or text.startswith("(") else f"({text})")
            out.put(" ROWS WITH TIES")
            return
        out.keyword(" LIMIT ", -STANDARD, STANDARD, 0)
        if isinstance(shown, Literal) and shown.text is None:
            out.put("ALL")
        else:
            out.expr(shown, implicit=False)

    def _number(self, to: Expressions, node: Node, item: Node) -> int:
        """Return the ordinal of the column of a set operation that ORDER BY names."""
        match item:
            case {"A_Const": {"ival": ival}}:
                return int(ival.get("ival", 0))
            case {"ColumnRef": {"fields": [{"String": {"sval": name}}]}}:
                first = node
                while "larg" in first:
                    first = first["larg"]
                inner = Expressions(
                    self.context,
                    self.trace,
                    build_scope(to.scope, first.get("fromClause", ()), self.trace, self.context.catalog),
                )
                names = [own for _, own in self.targets(inner, first)]
                return names.index(name) + 1
        raise AssertionError(item)


def _is_plain_set(node: Node) -> bool:
    """Whether a side of a set operation is one itself, without clauses that make it a query of its own."""
    has_own = any(key in node for key in ("withClause", "sortClause", "limitCount", "limitOffset"))
    return node.get("op", "SETOP_NONE") != "SETOP_NONE" and not has_own


def _bare_name(text: str) -> str:
    """Return a column's name out of `item.column`, without quotes."""
    if text.endswith('"'):
        begin = text.rfind('"', 0, -1)
        while begin > 0 and text[begin - 1] == '"':
            begin = text.rfind('"', 0, begin - 1)
        return text[begin + 1 : -1].replace('""', '"')
    return text.rpartition(".")[2]


def relation_text(context: BindContext, relation: Relation) -> str:
    """Return a relation's name, with its schema where the search path does not lead to it."""
    name = quote_identifier(relation.name)
    for schema in context.search_path:
        found = context.catalog.relation(schema, relation.name)
        if found is not None:
            return name if found.oid == relation.oid else f"{quote_identifier(relation.schema.name)}.{name}"
    return f"{quote_identifier(relation.schema.name)}.{name}"
