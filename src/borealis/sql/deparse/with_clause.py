"""WITH: its items, with what SEARCH and CYCLE say of them.

Source: PostgreSQL 16's get_with_clause (ruleutils.c), whose layout this is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from borealis.settings.identifiers import quote_identifier
from borealis.sql.deparse.expressions import Expressions
from borealis.sql.deparse.printer import STANDARD, Printer
from borealis.sql.deparse.scope import Scope
from borealis.sql.parse import Node
from borealis.types import oids

if TYPE_CHECKING:
    from borealis.sql.deparse.queries import QueryWriter

_MATERIALIZED = {"CTEMaterializeAlways": "MATERIALIZED ", "CTEMaterializeNever": "NOT MATERIALIZED "}


def write_with(writer: QueryWriter, out: Printer, node: Node) -> None:
    out.depth += STANDARD
    out.put(" ")
    for ordinal, item in enumerate(node["ctes"]):
        first = "WITH RECURSIVE " if node.get("recursive") else "WITH "
        out.put(", " if ordinal else first)
        _item(writer, out, item["CommonTableExpr"])
    out.depth -= STANDARD
    out.keyword("", 0, 0, 0)


def _item(writer: QueryWriter, out: Printer, cte: Node) -> None:
    columns = _names(cte.get("aliascolnames", ()))
    out.put(quote_identifier(cte["ctename"]) + (f"({columns})" if columns else "") + " AS ")
    out.put(_MATERIALIZED.get(cte.get("ctematerialized", ""), "") + "(")
    out.keyword("", 0, 0, 0)
    writer.nested(out, cte["ctequery"])
    out.keyword("", 0, 0, 0)
    out.put(")")
    if "search_clause" in cte:
        _search(out, cte["search_clause"])
    if "cycle_clause" in cte:
        _cycle(out, Expressions(writer.context, writer.trace, Scope(None)), cte["cycle_clause"])


def _search(out: Printer, clause: Node) -> None:
    how = "BREADTH" if clause.get("search_breadth_first") else "DEPTH"
    columns = _names(clause["search_col_list"])
    out.put(f" SEARCH {how} FIRST BY {columns} SET {quote_identifier(clause['search_seq_column'])}")


def _cycle(out: Printer, to: Expressions, clause: Node) -> None:
    columns = _names(clause["cycle_col_list"])
    out.put(f" CYCLE {columns} SET {quote_identifier(clause['cycle_mark_column'])}")
    mark, default = clause["cycle_mark_value"], clause["cycle_mark_default"]
    if not (_is_boolean(mark, value=True) and _is_boolean(default, value=False)):
        types = [to.type_of(to.bound_as(each)) for each in (mark, default)]
        common = next((each for each in types if each != oids.UNKNOWN), oids.TEXT)
        out.put(" TO ")
        out.expr(to.shown(mark, common), implicit=False)
        out.put(" DEFAULT ")
        out.expr(to.shown(default, common), implicit=False)
    out.put(f" USING {quote_identifier(clause['cycle_path_column'])}")


def _is_boolean(node: Node, *, value: bool) -> bool:
    return "boolval" in node.get("A_Const", {}) and node["A_Const"]["boolval"].get("boolval", False) is value


def _names(nodes: Sequence[Node]) -> str:
    return ", ".join(quote_identifier(each["String"]["sval"]) for each in nodes)
