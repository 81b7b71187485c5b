"""Target lists: output expressions and the names PostgreSQL gives them."""

from __future__ import annotations

from collections.abc import Sequence

from borealis.errors import TooManyColumns
from borealis.sql.bind.coerce import resolve_unknown
from borealis.sql.bind.expressions.columns import expand_star, field_names, is_star
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.expressions.rows import bind_all_fields
from borealis.sql.bind.level import Level, resolve_column
from borealis.sql.bound.expressions import Const, Param
from borealis.sql.bound.statements import Target
from borealis.sql.parse import Node
from borealis.types.base import Oid

_ANONYMOUS = "?column?"
_TARGETS_MAX = 1_664  # PostgreSQL's MaxTupleAttributeNumber


def bind_targets(level: Level, nodes: Sequence[Node], *, keep_unknown: bool = False) -> tuple[Target, ...]:
    """Bind a SELECT or RETURNING list, stars expanded. keep_unknown leaves open literals to INSERT's columns."""
    targets: list[Target] = []
    for node in nodes:
        target = node["ResTarget"]
        value = target["val"]
        if "ColumnRef" in value and is_star(value["ColumnRef"]):
            position = level.context.position(value["ColumnRef"])
            targets.extend(
                Target(
                    level.context.remember(column.expr, position), column.name, column.table, column.attnum
                )
                for column in expand_star(level, value["ColumnRef"])
            )
            continue
        if "A_Indirection" in value and "A_Star" in value["A_Indirection"]["indirection"][-1]:
            targets += (Target(expr, name) for name, expr in bind_all_fields(level, value["A_Indirection"]))
            continue
        targets.append(_bind_target(level, target, value, keep_unknown=keep_unknown))
    if len(targets) > _TARGETS_MAX:
        raise TooManyColumns(f"target lists can have at most {_TARGETS_MAX} entries")
    return tuple(targets)


def _bind_target(level: Level, target: Node, value: Node, *, keep_unknown: bool) -> Target:
    expr = bind_expr(level, value)
    if not (keep_unknown and isinstance(expr, Const | Param)):
        expr = resolve_unknown(level.context, expr)
    table, attnum = Oid(0), 0
    if "ColumnRef" in value:
        column = resolve_column(level, field_names(value["ColumnRef"]), None)
        table, attnum = column.table, column.attnum
    return Target(expr, target.get("name") or output_name(value), table, attnum)


def output_name(node: Node) -> str:
    """Return the name PostgreSQL gives an output column without AS."""
    name, _ = _name_and_strength(node)
    return name or _ANONYMOUS


def _name_and_strength(node: Node) -> tuple[str | None, int]:
    """Return a name and how good it is: 2 for names of columns and functions, 1 for names of types."""
    match node:
        case {"ColumnRef": reference}:
            names = field_names(reference)
            return (names[-1], 2) if names else (None, 0)
        case {"A_Indirection": {"arg": arg, "indirection": steps}}:
            fields = [step["String"]["sval"] for step in steps if "String" in step]
            return (fields[-1], 2) if fields else _name_and_strength(arg)
        case {"FuncCall": {"funcname": names}}:
            return names[-1]["String"]["sval"], 2
        case {"A_Expr": {"kind": "AEXPR_NULLIF"}}:
            return "nullif", 2
        case {"TypeCast": {"arg": arg, "typeName": {"names": names}}}:
            inner, strength = _name_and_strength(arg)
            return (inner, strength) if strength > 1 else (names[-1]["String"]["sval"], 1)
        case {"CollateClause": {"arg": arg}}:
            return _name_and_strength(arg)
        case {"SubLink": sublink}:
            return _name_of_sublink(sublink)
        case {"CaseExpr": case}:
            inner, strength = _name_and_strength(case["defresult"]) if "defresult" in case else (None, 0)
            return (inner, strength) if strength > 1 else ("case", 1)
        case {"A_ArrayExpr": _}:
            return "array", 2
        case {"RowExpr": _}:
            return "row", 2
        case {"CoalesceExpr": _}:
            return "coalesce", 2
        case {"MinMaxExpr": {"op": op}}:
            return ("greatest" if op == "IS_GREATEST" else "least"), 2
        case {"SQLValueFunction": {"op": op}}:
            return op.removeprefix("SVFOP_").removesuffix("_N").lower(), 2
        case {"GroupingFunc": _}:
            return "grouping", 2
    return None, 0


def _name_of_sublink(node: Node) -> tuple[str | None, int]:
    match node["subLinkType"]:
        case "EXISTS_SUBLINK":
            return "exists", 2
        case "ARRAY_SUBLINK":
            return "array", 2
        case "EXPR_SUBLINK":
            select = node["subselect"].get("SelectStmt", {})
            while "larg" in select:
                select = select["larg"]
            if "valuesLists" in select:
                return "column1", 2
            if select.get("targetList"):
                first = select["targetList"][0]["ResTarget"]
                return (first["name"], 2) if "name" in first else _name_and_strength(first["val"])
    return None, 0
