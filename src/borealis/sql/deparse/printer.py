"""Printer: shown nodes as text, with PostgreSQL's parentheses and its layout over lines.

Plain text has every operator in parentheses; pretty text only those that precedence wants. Both are laid out: a keyword
that begins a line takes the indentation of its depth. Source: what PostgreSQL 16's pg_get_viewdef answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from borealis.settings.identifiers import quote_identifier
from borealis.sql.deparse.constants import literal_text
from borealis.sql.deparse.nodes import (
    AggregateText,
    AnyAll,
    Boolean,
    Call,
    CaseText,
    Cast,
    Collated,
    Distinct,
    Field,
    Listed,
    Literal,
    Name,
    Operator,
    RowComparison,
    Shown,
    SortItem,
    Subquery,
    Subscripts,
    Test,
    WindowText,
    Word,
)
from borealis.sql.deparse.precedence import is_simple

STANDARD = 8
JOIN = 4
INNER = 4
_DEPTH_MAX = 40


class Printer:
    """One definition being written."""

    def __init__(self, *, pretty: bool, subquery: Callable[[Printer, Subquery], None] | None = None) -> None:
        self.pretty = pretty
        self.depth = 0
        self._parts: list[str] = []
        self._subquery = subquery

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def put(self, text: str) -> None:
        self._parts.append(text)

    def keyword(self, text: str, before: int, after: int, plus: int) -> None:
        """Begin a line with a keyword; before and after change the depth, plus indents this line alone."""
        self.depth += before
        self.strip_blanks()
        self.put("\n" + " " * (self._indentation() + plus) + text)
        self.depth = max(self.depth + after, 0)

    def _indentation(self) -> int:
        depth = max(self.depth, 0)
        if depth < _DEPTH_MAX:
            return depth
        return (_DEPTH_MAX + (depth - _DEPTH_MAX) // (STANDARD // 2)) % _DEPTH_MAX

    def strip_blanks(self) -> None:
        text = self.text.rstrip(" ")
        self._parts = [text]

    def aside(self, write: Callable[[], None]) -> str:
        """Return what is written, without putting it."""
        kept, self._parts = self._parts, []
        write()
        text, self._parts = self.text, kept
        return text

    def put_item(self, text: str, *, is_first: bool, breaks: bool) -> None:
        """Put an item of a list over lines, on a line of its own unless it begins one itself."""
        if text.startswith("\n"):
            self.strip_blanks()
        elif not is_first and breaks:
            self.keyword("", -STANDARD, STANDARD, INNER)
        self.put(text)

    # Expressions

    def expr(self, node: Shown, *, implicit: bool = True) -> None:
        """Write an expression; implicit: show an implicit cast that is all of it."""
        getattr(self, f"_{type(node).__name__}")(node, implicit)

    def _inner(self, node: Shown, parent: Shown, *, implicit: bool) -> None:
        needs = self.pretty and not is_simple(node, parent)
        self._between(needs, lambda: self.expr(node, implicit=implicit))

    def _between(self, needs: bool, write: Callable[[], None]) -> None:
        if needs:
            self.put("(")
        write()
        if needs:
            self.put(")")

    def exprs(self, nodes: Iterable[Shown]) -> None:
        for ordinal, node in enumerate(nodes):
            self.put(", " if ordinal else "")
            self.expr(node)

    def _Name(self, node: Name, implicit: bool) -> None:  # noqa: N802 - named after the nodes, here and below
        self.put(node.text)

    def _Word(self, node: Word, implicit: bool) -> None:  # noqa: N802
        self.put(node.text)

    def _Literal(self, node: Literal, implicit: bool) -> None:  # noqa: N802
        self.put(literal_text(node))

    def _Operator(self, node: Operator, implicit: bool) -> None:  # noqa: N802
        self._between(not self.pretty, lambda: self._operator(node))

    def _operator(self, node: Operator) -> None:
        if len(node.args) == 1:
            self.put(f"{node.name} ")
            self._inner(node.args[0], node, implicit=True)
            return
        self._inner(node.args[0], node, implicit=True)
        self.put(f" {node.name} ")
        self._inner(node.args[1], node, implicit=True)

    def _Cast(self, node: Cast, implicit: bool) -> None:  # noqa: N802
        if node.is_implicit and not implicit:
            self._inner(node.arg, node, implicit=False)
            return
        if isinstance(node.arg, Literal) and node.arg.type == node.type:
            self.put(literal_text(node.arg, typed=False))
        else:
            self._between(not self.pretty, lambda: self._inner(node.arg, node, implicit=False))
        self.put(f"::{node.type_text}")

    def _Call(self, node: Call, implicit: bool) -> None:  # noqa: N802
        if node.is_special and self._special(node):
            return
        self.put(f"{quote_identifier(node.name) if node.is_special else node.name}(")
        unnamed = len(node.args) - len(node.arg_names)
        for ordinal, arg in enumerate(node.args):
            self.put(", " if ordinal else "")
            if node.is_variadic and ordinal == len(node.args) - 1:
                self.put("VARIADIC ")
            if ordinal >= unnamed:
                self.put(f"{quote_identifier(node.arg_names[ordinal - unnamed])} => ")
            self.expr(arg)
        self.put(")")

    def _special(self, node: Call) -> bool:
        """Write a function in SQL's syntax; False where it has none."""
        for_args = _SPECIAL.get((node.name, len(node.args)))
        if for_args is None:
            return False
        for part in for_args:
            if isinstance(part, str):
                self.put(part)
            elif part >= 0:
                self._inner_special(node.args[part], node)
            else:  # a field's name, which is no literal
                field = node.args[-part - 1]
                assert isinstance(field, Literal)
                self.put(field.text or "")
        return True

    def _inner_special(self, arg: Shown, node: Call) -> None:
        if node.name in ("timezone", "overlaps", "is_normalized"):
            self._inner(arg, node, implicit=False)
        else:
            self.expr(arg, implicit=False)

    def _AggregateText(self, node: AggregateText, implicit: bool) -> None:  # noqa: N802
        self.put(f"{node.name}({'DISTINCT ' if node.is_distinct else ''}")
        if node.is_star:
            self.put("*")
        for ordinal, arg in enumerate(node.args):
            self.put(", " if ordinal else "")
            if node.is_variadic and ordinal == len(node.args) - 1:
                self.put("VARIADIC ")
            self.expr(arg)
        if node.order:
            self.put(" ORDER BY ")
            self.order(node.order)
        if node.within_group is not None:
            self.put(") WITHIN GROUP (ORDER BY ")
            self.order(node.within_group)
        self.put(")")
        if node.filter is not None:
            self.put(" FILTER (WHERE ")
            self.expr(node.filter, implicit=False)
            self.put(")")
        if node.over is not None:
            self.put(" OVER ")
            if node.over.name:
                self.put(node.over.name)
            else:
                self.window(node.over)

    def order(self, items: Iterable[SortItem]) -> None:
        for ordinal, item in enumerate(items):
            self.put(", " if ordinal else "")
            self.sort_expr(item.expr)
            self.put(item.suffix)

    def sort_expr(self, node: Shown) -> None:
        """Write what is sorted or grouped by: a constant with its type, a call in parentheses."""
        if isinstance(node, Literal):
            self.put(literal_text(node, typed=True))
        elif isinstance(node, Name):
            self.put(node.text)
        else:
            is_call = isinstance(node, Call | AggregateText) or (isinstance(node, Cast) and node.is_call)
            self._between(self.pretty or is_call, lambda: self.expr(node))

    def window(self, window: WindowText) -> None:
        """Write a window's definition in its parentheses."""
        self.put("(")
        parts = 0
        if window.base:
            self.put(window.base)
            parts += 1
        if window.partition:
            self.put(" PARTITION BY " if parts else "PARTITION BY ")
            for ordinal, node in enumerate(window.partition):
                self.put(", " if ordinal else "")
                self.sort_expr(node)
            parts += 1
        if window.order:
            self.put(" ORDER BY " if parts else "ORDER BY ")
            self.order(window.order)
            parts += 1
        if window.frame:
            self.put(" " if parts else "")
            for piece in window.frame:
                if isinstance(piece, str):
                    self.put(piece)
                else:
                    self.expr(piece, implicit=False)
        self.put(")")

    def _Boolean(self, node: Boolean, implicit: bool) -> None:  # noqa: N802
        self._between(not self.pretty, lambda: self._boolean(node))

    def _boolean(self, node: Boolean) -> None:
        if node.op == "NOT":
            self.put("NOT ")
        for ordinal, arg in enumerate(node.args):
            self.put(f" {node.op} " if ordinal else "")
            self._inner(arg, node, implicit=False)

    def _Test(self, node: Test, implicit: bool) -> None:  # noqa: N802
        def write() -> None:
            self._inner(node.arg, node, implicit=node.shows_implicit)
            self.put(f" {node.word}")

        self._between(not self.pretty, write)

    def _Distinct(self, node: Distinct, implicit: bool) -> None:  # noqa: N802
        def write() -> None:
            self._inner(node.left, node, implicit=True)
            self.put(" IS DISTINCT FROM ")
            self._inner(node.right, node, implicit=True)

        self._between(not self.pretty, write)

    def _AnyAll(self, node: AnyAll, implicit: bool) -> None:  # noqa: N802
        def write() -> None:
            self._inner(node.left, node, implicit=True)
            self.put(f" {node.operator} {node.word} (")
            self._inner(node.right, node, implicit=True)
            self.put(")")

        self._between(not self.pretty, write)

    def _RowComparison(self, node: RowComparison, implicit: bool) -> None:  # noqa: N802
        self.put("(ROW(")
        self.exprs(node.left)
        self.put(f") {node.operator} ROW(")
        self.exprs(node.right)
        self.put("))")

    def _Listed(self, node: Listed, implicit: bool) -> None:  # noqa: N802
        self.put(node.before)
        self.exprs(node.args)
        self.put(node.after)

    def _CaseText(self, node: CaseText, implicit: bool) -> None:  # noqa: N802
        self.keyword("CASE", 0, INNER, 0)
        if node.operand is not None:
            self.put(" ")
            self.expr(node.operand)
        for condition, result in node.branches:
            self.keyword("WHEN ", 0, 0, 0)
            self.expr(condition, implicit=False)
            self.put(" THEN ")
            self.expr(result)
        self.keyword("ELSE ", 0, 0, 0)
        self.expr(node.otherwise)
        self.keyword("END", -INNER, 0, 0)

    def _Subscripts(self, node: Subscripts, implicit: bool) -> None:  # noqa: N802
        needs = not isinstance(node.arg, Name | Literal | Field)
        self._between(needs, lambda: self.expr(node.arg))
        for lower, upper, is_slice in node.indices:
            self.put("[")
            if lower is not None:
                self.expr(lower, implicit=False)
            if is_slice:
                self.put(":")
            if upper is not None:
                self.expr(upper, implicit=False)
            self.put("]")

    def _Field(self, node: Field, implicit: bool) -> None:  # noqa: N802
        needs = not isinstance(node.arg, Field)
        self._between(needs, lambda: self.expr(node.arg))
        self.put(f".{quote_identifier(node.name)}")

    def _Collated(self, node: Collated, implicit: bool) -> None:  # noqa: N802
        def write() -> None:
            self._inner(node.arg, node, implicit=implicit)
            self.put(f" COLLATE {node.collation}")

        self._between(not self.pretty, write)

    def _Subquery(self, node: Subquery, implicit: bool) -> None:  # noqa: N802
        self.put("ARRAY(" if node.kind == "ARRAY_SUBLINK" else "(")
        if len(node.test) > 1:
            self.put("(")
            self.exprs(node.test)
            self.put(")")
        elif node.test:
            self.expr(node.test[0])
        has_own = True
        match node.kind:
            case "EXISTS_SUBLINK":
                self.put("EXISTS (")
            case "ANY_SUBLINK":
                self.put(" IN (" if node.operator == "=" else f" {node.operator} ANY (")
            case "ALL_SUBLINK":
                self.put(f" {node.operator} ALL (")
            case "ROWCOMPARE_SUBLINK":
                self.put(f" {node.operator} (")
            case _:
                has_own = False
        assert self._subquery is not None
        self._subquery(self, node)
        self.put("))" if has_own else ")")


_SPECIAL: dict[tuple[str, int], tuple[str | int, ...]] = {
    # the words and the arguments' ordinals; -1 and -2 are the first and second argument's text without quotes
    ("extract", 2): ("EXTRACT(", -1, " FROM ", 1, ")"),
    ("timezone", 2): ("(", 1, " AT TIME ZONE ", 0, ")"),
    ("position", 2): ("POSITION((", 1, ") IN (", 0, "))"),
    ("substring", 2): ("SUBSTRING(", 0, " FROM ", 1, ")"),
    ("substring", 3): ("SUBSTRING(", 0, " FROM ", 1, " FOR ", 2, ")"),
    ("overlay", 3): ("OVERLAY(", 0, " PLACING ", 1, " FROM ", 2, ")"),
    ("overlay", 4): ("OVERLAY(", 0, " PLACING ", 1, " FROM ", 2, " FOR ", 3, ")"),
    ("overlaps", 4): ("((", 0, ", ", 1, ") OVERLAPS (", 2, ", ", 3, "))"),
    ("btrim", 1): ("TRIM(BOTH FROM ", 0, ")"),
    ("btrim", 2): ("TRIM(BOTH ", 1, " FROM ", 0, ")"),
    ("ltrim", 1): ("TRIM(LEADING FROM ", 0, ")"),
    ("ltrim", 2): ("TRIM(LEADING ", 1, " FROM ", 0, ")"),
    ("rtrim", 1): ("TRIM(TRAILING FROM ", 0, ")"),
    ("rtrim", 2): ("TRIM(TRAILING ", 1, " FROM ", 0, ")"),
    ("normalize", 1): ("NORMALIZE(", 0, ")"),
    ("normalize", 2): ("NORMALIZE(", 0, ", ", -2, ")"),
    ("is_normalized", 1): ("(", 0, " IS NORMALIZED)"),
    ("is_normalized", 2): ("(", 0, " IS ", -2, " NORMALIZED)"),
    ("pg_collation_for", 1): ("COLLATION FOR (", 0, ")"),
}
