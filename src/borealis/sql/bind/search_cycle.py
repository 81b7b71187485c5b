"""SEARCH and CYCLE: further columns of a recursive WITH item, written into its two terms before they are bound.

    SEARCH DEPTH FIRST BY a SET o      ARRAY[ROW(a)]                 o || ARRAY[ROW(a)]
    SEARCH BREADTH FIRST BY a SET o    ROW(0, a)                     ROW((o).f1 + 1, a)
    CYCLE a SET c USING p              false, ARRAY[ROW(a)]          ROW(a) = ANY (p), p || ARRAY[ROW(a)] … AND c <> true

Source: PostgreSQL 16 documentation 7.8.2.1 and 7.8.2.2, which give these very expansions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from borealis.errors import DuplicateColumn, FeatureNotSupported, SyntaxError_
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.targets import output_name
from borealis.sql.parse import Node

_START = "*start*"


def expanded(context: BindContext, cte: Node) -> Node:
    """Return a recursive WITH item with its SEARCH and CYCLE columns among its own.

    Raises:
        SyntaxError_, DuplicateColumn: columns that are not there, or twice.
        FeatureNotSupported: 0A000, a recursive term that is no plain SELECT.
    """
    search, cycle = cte.get("search_clause"), cte.get("cycle_clause")
    if search is None and cycle is None:
        return cte
    select = cte["ctequery"]["SelectStmt"]
    left, right = select["larg"], select["rarg"]
    if right.get("op", "SETOP_NONE") != "SETOP_NONE" or "targetList" not in right:
        raise FeatureNotSupported(
            "with a SEARCH or CYCLE clause, the right side of the UNION must be a SELECT"
        )
    names = _names(cte, left)
    step = dict(zip(names, (target["ResTarget"]["val"] for target in right["targetList"]), strict=False))
    start = {name: _column(_START, name) for name in names}
    reference = next(_references(right.get("fromClause", ()), cte["ctename"]), None)
    if reference is None or len(step) != len(names):
        raise FeatureNotSupported("SEARCH or CYCLE of this recursive term not supported")
    added: list[tuple[str, Node, Node]] = []
    _refuse_equal_names(context, search, cycle)
    if search is not None:
        columns = _listed(context, search, "search", names)
        added.append(_search(search, columns, start, step, reference))
    condition = None
    if cycle is not None:
        columns = _listed(context, cycle, "cycle", names)
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
    return {**cte, "ctequery": query, "aliascolnames": _strings([*names, *(name for name, *_ in added)])}


def _names(cte: Node, left: Node) -> list[str]:
    """Return the item's column names: those it lists, then those of its non-recursive term."""
    while "larg" in left:
        left = left["larg"]
    if "valuesLists" in left:
        count = len(left["valuesLists"][0]["List"]["items"])
        own = [f"column{n}" for n in range(1, count + 1)]
    else:
        targets = [target["ResTarget"] for target in left.get("targetList", ())]
        if any("A_Star" in str(target["val"].get("ColumnRef", "")) for target in targets):
            raise FeatureNotSupported("SEARCH or CYCLE beside * in the non-recursive term not supported")
        own = [target.get("name") or output_name(target["val"]) for target in targets]
    given = [item["String"]["sval"] for item in cte.get("aliascolnames", ())]
    return given + own[len(given) :]


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


def _refuse_equal_names(context: BindContext, search: Node | None, cycle: Node | None) -> None:
    if cycle is None:
        return
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
