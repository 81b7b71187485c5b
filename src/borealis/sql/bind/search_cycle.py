"""SEARCH and CYCLE: further columns of a recursive WITH item, written into its two terms before they are bound.

    SEARCH DEPTH FIRST BY a SET o      ARRAY[ROW(a)]                 o || ARRAY[ROW(a)]
    SEARCH BREADTH FIRST BY a SET o    ROW(0, a)                     ROW((o).f1 + 1, a)
    CYCLE a SET c USING p              false, ARRAY[ROW(a)]          ROW(a) = ANY (p), p || ARRAY[ROW(a)] … AND c <> true

Source: PostgreSQL 16 documentation 7.8.2.1 and 7.8.2.2, which give these very expansions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from borealis.errors import DuplicateColumn, FeatureNotSupported, SyntaxError_
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions.columns import field_names, is_star, names_of_star
from borealis.sql.bind.from_clause import bind_from
from borealis.sql.bind.level import Level, NamedColumn
from borealis.sql.bound.relations import RelationColumn
from borealis.sql.parse import Node
from borealis.types import oids

_START = "*start*"


Stars = list[tuple[Node, list[Node]]]
"""Stars of a target list, each with the references to columns that stand for it."""


def expanded(level: Level, cte: Node, names: Sequence[str]) -> tuple[Node, Stars]:
    """Return a recursive WITH item with its SEARCH and CYCLE columns among its own, which are called names.

    The level knows the item with its own columns alone, which are all a star in its terms means. The stars so replaced are
    returned beside it, for note_stars().

    Raises:
        SyntaxError_, DuplicateColumn: columns that are not there, or twice.
        FeatureNotSupported: 0A000, a term that is no plain SELECT.
    """
    search, cycle = cte.get("search_clause"), cte.get("cycle_clause")
    select = cte["ctequery"]["SelectStmt"]
    left, right = select["larg"], select["rarg"]
    for side, term, error in (("left", left, FeatureNotSupported), ("right", right, SyntaxError_)):
        if term.get("op", "SETOP_NONE") != "SETOP_NONE":
            raise error(f"with a SEARCH or CYCLE clause, the {side} side of the UNION must be a SELECT")
    context = level.context
    reference = next(_references(right.get("fromClause", ()), cte["ctename"]), None)
    if reference is None:
        raise FeatureNotSupported(
            f'with a SEARCH or CYCLE clause, the recursive reference to WITH query "{cte["ctename"]}" '
            "must be at the top level of its right-hand SELECT"
        )
    stars: Stars = []
    right = {**right, "targetList": list(_without_stars(level, right, stars))}
    if len(right["targetList"]) != len(names):
        return cte, []  # that the terms differ in length is found where they are united
    step = dict(zip(names, (target["ResTarget"]["val"] for target in right["targetList"]), strict=True))
    start = {name: _column(_START, name) for name in names}
    added: list[tuple[str, Node, Node]] = []
    if search is not None:
        columns = _listed(context, search, "search", names)
        _refuse_used(level, cte, names, search, "search_seq_column", "search sequence")
        added.append(_search(search, columns, start, step, reference))
    condition = None
    if cycle is not None:
        columns = _listed(context, cycle, "cycle", names)
        _refuse_used(level, cte, names, cycle, "cycle_mark_column", "cycle mark")
        _refuse_used(level, cte, names, cycle, "cycle_path_column", "cycle path")
        _refuse_equal_names(context, search, cycle)
        added += _cycle(cycle, columns, start, step, reference)
        mark = _column(reference, cycle["cycle_mark_column"])
        condition = _operator("<>", mark, cycle["cycle_mark_value"])
    first = {
        "targetList": [_target(node) for node in (*start.values(), *(each for _, each, _ in added))],
        "fromClause": [
            {
                "RangeSubselect": {
                    "subquery": {"SelectStmt": left},
                    "alias": {"aliasname": _START, "colnames": _strings(names)},
                }
            }
        ],
        "op": "SETOP_NONE",
    }
    then = {**right, "targetList": [*right["targetList"], *(_target(each) for *_, each in added)]}
    if condition is not None:
        where = right.get("whereClause")
        both = (
            condition if where is None else {"BoolExpr": {"boolop": "AND_EXPR", "args": [where, condition]}}
        )
        then["whereClause"] = both
    query = {"SelectStmt": {**select, "larg": first, "rarg": then}}
    named = _strings([*names, *(name for name, *_ in added)])
    return {**cte, "ctequery": query, "aliascolnames": named}, stars


def note_stars(context: BindContext, stars: Stars) -> None:
    """Tell the trace what the stars meant, once the references that stood for them are bound."""
    trace = context.trace
    if trace is not None:
        for star, references in stars:
            trace.stars[id(star)] = tuple(
                NamedColumn(field_names(each)[-1], trace.exprs[id(each)]) for each in references
            )


def _without_stars(level: Level, select: Node, stars: Stars) -> Iterator[Node]:
    """Yield the targets of a SELECT, each star as the columns it means, and list the stars."""
    targets = select.get("targetList", ())
    references = [target["ResTarget"]["val"].get("ColumnRef") for target in targets]
    if not any(each is not None and is_star(each) for each in references):
        yield from targets
        return
    inner = Level(level.context, parent=level)
    bind_from(inner, select.get("fromClause", ()))
    for target, reference in zip(targets, references, strict=True):
        if reference is None or not is_star(reference):
            yield target
            continue
        columns: list[Node] = [
            {**reference, "fields": _strings([relation, column] if relation else [column])}
            for relation, column in names_of_star(inner, reference)
        ]
        stars.append((reference, columns))
        yield from (_target({"ColumnRef": column}) for column in columns)


def _listed(context: BindContext, clause: Node, word: str, names: Sequence[str]) -> list[str]:
    columns: list[str] = []
    position = context.position(clause)
    for item in clause[f"{word}_col_list"]:
        name = item["String"]["sval"]
        if name not in names:
            raise SyntaxError_(f'{word} column "{name}" not in WITH query column list', position=position)
        if name in columns:
            raise DuplicateColumn(f'{word} column "{name}" specified more than once', position=position)
        columns.append(name)
    return columns


def _refuse_used(level: Level, cte: Node, names: Sequence[str], clause: Node, key: str, what: str) -> None:
    """Raise where a column that is added has the name of one of the item's own."""
    from borealis.sql.bind.query import bind_subquery

    name = clause[key]
    if name not in names:
        return
    # Where the recursive term names it, that is ambiguous, and found first.
    known = level.ctes[cte["ctename"]]
    columns = (*known.columns, RelationColumn(name, oids.TEXT, -1))
    level.ctes[cte["ctename"]] = replace(known, columns=columns)
    bind_subquery(level, {"SelectStmt": cte["ctequery"]["SelectStmt"]["rarg"]}, in_from=True, lateral=True)
    raise SyntaxError_(
        f'{what} column name "{name}" already used in WITH query column list',
        position=level.context.position(clause),
    )


def _refuse_equal_names(context: BindContext, search: Node | None, cycle: Node) -> None:
    mark, path = cycle["cycle_mark_column"], cycle["cycle_path_column"]
    if mark == path:
        raise SyntaxError_(
            "cycle mark column name and cycle path column name are the same", position=context.position(cycle)
        )
    for name, what in ((mark, "mark"), (path, "path")):
        if search is not None and search["search_seq_column"] == name:
            raise SyntaxError_(
                f"search sequence column name and cycle {what} column name are the same",
                position=context.position(search),
            )


def _references(node: object, name: str) -> Iterator[str]:
    """Yield what a WITH item is called in a FROM list."""
    if isinstance(node, list):
        for item in node:
            yield from _references(item, name)
    match node:
        case {"RangeVar": {"relname": relname} as body} if relname == name and "schemaname" not in body:
            yield body.get("alias", {}).get("aliasname", name)
        case {"JoinExpr": {"larg": left, "rarg": right}}:
            yield from _references([left, right], name)


def _search(
    clause: Node, columns: Sequence[str], start: dict[str, Node], step: dict[str, Node], reference: str
) -> tuple[str, Node, Node]:
    name = clause["search_seq_column"]
    so_far = _column(reference, name)
    firsts, thens = [start[each] for each in columns], [step[each] for each in columns]
    if not clause.get("search_breadth_first"):
        return name, _array(_row(firsts)), _operator("||", so_far, _array(_row(thens)))
    depth = {"A_Indirection": {"arg": so_far, "indirection": _strings(["f1"])}}
    return name, _row([_integer(0), *firsts]), _row([_operator("+", depth, _integer(1)), *thens])


def _cycle(
    clause: Node, columns: Sequence[str], start: dict[str, Node], step: dict[str, Node], reference: str
) -> Iterator[tuple[str, Node, Node]]:
    path = _column(reference, clause["cycle_path_column"])
    firsts, then = [start[each] for each in columns], _row([step[each] for each in columns])
    met = {"A_Expr": {"kind": "AEXPR_OP_ANY", "name": _strings(["="]), "lexpr": then, "rexpr": path}}
    mark, default = clause["cycle_mark_value"], clause["cycle_mark_default"]
    when = {"CaseWhen": {"expr": met, "result": mark}}
    yield clause["cycle_mark_column"], default, {"CaseExpr": {"args": [when], "defresult": default}}
    yield clause["cycle_path_column"], _array(_row(firsts)), _operator("||", path, _array(then))


def _strings(names: Sequence[str]) -> list[Node]:
    return [{"String": {"sval": name}} for name in names]


def _column(relation: str, name: str) -> Node:
    return {"ColumnRef": {"fields": _strings([relation, name])}}


def _integer(value: int) -> Node:
    return {"A_Const": {"ival": {"ival": value} if value else {}}}


def _row(args: Sequence[Node]) -> Node:
    return {"RowExpr": {"args": list(args), "row_format": "COERCE_EXPLICIT_CALL"}}


def _array(element: Node) -> Node:
    return {"A_ArrayExpr": {"elements": [element]}}


def _operator(name: str, left: Node, right: Node) -> Node:
    return {"A_Expr": {"kind": "AEXPR_OP", "name": _strings([name]), "lexpr": left, "rexpr": right}}


def _target(node: Node) -> Node:
    return {"ResTarget": {"val": node}}
