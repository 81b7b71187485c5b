"""WITH: common table expressions, recursive ones too."""

from __future__ import annotations

import dataclasses

from borealis.errors import (
    DatatypeMismatch,
    DuplicateAlias,
    FeatureNotSupported,
    InvalidColumnReference,
    InvalidRecursion,
)
from borealis.sql.bind.level import CteName, Level
from borealis.sql.bound.relations import RelationColumn
from borealis.sql.bound.statements import Cte, Delete, Insert, SetOperation, Update
from borealis.sql.parse import Node
from borealis.types.registry import format_type

_MATERIALIZED = {"CTEMaterializeAlways": True, "CTEMaterializeNever": False}


def bind_ctes(level: Level, node: Node | None) -> tuple[Cte, ...]:
    """Bind a WITH clause; its names are visible to the level and to the items after each."""
    if node is None:
        return ()
    bound: list[Cte] = []
    recursive = bool(node.get("recursive"))
    for item in node["ctes"]:
        cte = item["CommonTableExpr"]
        name = cte["ctename"]
        if any(other.name == name for other in bound):
            raise DuplicateAlias(
                f'WITH query name "{name}" specified more than once', position=level.context.position(cte)
            )
        if "search_clause" in cte or "cycle_clause" in cte:
            raise FeatureNotSupported("SEARCH and CYCLE clauses not supported")
        bound.append(
            _bind_recursive(level, cte)
            if recursive and _refers_to(cte["ctequery"], name)
            else _bind(level, cte)
        )
    return tuple(bound)


def _refers_to(node: object, name: str) -> bool:
    """Return whether a table of this name is mentioned anywhere in a parse tree."""
    if isinstance(node, dict):
        if node.get("relname") == name and "schemaname" not in node and "inh" in node:
            return True
        return any(_refers_to(value, name) for value in node.values())
    if isinstance(node, list):
        return any(_refers_to(value, name) for value in node)
    return False


def _bind(level: Level, cte: Node) -> Cte:
    from borealis.sql.bind.query import bind_subquery

    if "SelectStmt" not in cte["ctequery"]:
        return _bind_data_modifying(level, cte)
    query, columns = bind_subquery(level, cte["ctequery"], in_from=True, lateral=True)
    columns = _renamed(level, cte, columns)
    number = level.context.new_id()
    level.ctes[cte["ctename"]] = CteName(number, columns)
    return Cte(
        number, cte["ctename"], query, columns, False, _MATERIALIZED.get(cte.get("ctematerialized", ""))
    )


def _bind_data_modifying(level: Level, cte: Node) -> Cte:
    """Bind an INSERT, UPDATE or DELETE whose RETURNING gives the item's rows."""
    from borealis.sql.bind.insert import bind_insert
    from borealis.sql.bind.query import target_columns
    from borealis.sql.bind.update import bind_delete, bind_update

    position = level.context.position(cte)
    if level.parent is not None:
        raise FeatureNotSupported(
            "WITH clause containing a data-modifying statement must be at the top level", position=position
        )
    statement: Insert | Update | Delete
    match cte["ctequery"]:
        case {"InsertStmt": node}:
            statement = bind_insert(level.context, node, level)
        case {"UpdateStmt": node}:
            statement = bind_update(level.context, node, level)
        case {"DeleteStmt": node}:
            statement = bind_delete(level.context, node, level)
        case other:
            raise FeatureNotSupported(
                f"{next(iter(other)).removesuffix('Stmt').upper()} in WITH not supported"
            )
    columns = _renamed(level, cte, target_columns(statement.returning))
    number = level.context.new_id()
    level.ctes[cte["ctename"]] = CteName(number, columns, is_data_modifying=True)
    return Cte(number, cte["ctename"], statement, columns, False, None)


def _bind_recursive(level: Level, cte: Node) -> Cte:
    """Bind `non-recursive UNION [ALL] recursive`: the first side gives the columns, the second sees them."""
    from borealis.sql.bind.query import bind_subquery
    from borealis.sql.bind.set_operations import bind_set_operation

    name = cte["ctename"]
    if "SelectStmt" not in cte["ctequery"]:
        raise InvalidRecursion(
            f'recursive query "{name}" must not contain data-modifying statements',
            position=level.context.position(cte),
        )
    select = cte["ctequery"]["SelectStmt"]
    if select.get("op") != "SETOP_UNION":
        raise InvalidRecursion(
            f'recursive query "{name}" does not have the form non-recursive-term UNION [ALL] recursive-term',
            position=level.context.position(cte),
        )
    for clause, text in (
        ("sortClause", "ORDER BY in a recursive query"),
        ("limitOffset", "OFFSET in a recursive query"),
        ("limitCount", "LIMIT in a recursive query"),
        ("lockingClause", "FOR UPDATE/SHARE in a recursive query"),
    ):
        if clause in select:
            raise FeatureNotSupported(f"{text} is not implemented")
    if "withClause" in select:
        raise FeatureNotSupported("WITH inside a recursive query not supported")
    number = level.context.new_id()
    level.ctes[name] = CteName(number, None)
    _, first_columns = bind_subquery(level, {"SelectStmt": select["larg"]}, in_from=True, lateral=True)
    columns = _renamed(level, cte, first_columns)
    level.ctes[name] = CteName(number, columns)
    inner = Level(level.context, parent=level)
    query = bind_set_operation(inner, select)
    assert isinstance(query, SetOperation)
    _check_types(level, cte, columns, query.columns)
    return Cte(number, name, query, columns, True, None)


def _check_types(
    level: Level, cte: Node, columns: tuple[RelationColumn, ...], united: tuple[RelationColumn, ...]
) -> None:
    name = cte["ctename"]
    targets = cte["ctequery"]["SelectStmt"]["larg"].get("targetList", ())
    for ordinal, (first, both) in enumerate(zip(columns, united, strict=True), 1):
        if (first.type, first.typmod) != (both.type, both.typmod):
            raise DatatypeMismatch(
                f'recursive query "{name}" column {ordinal} has type {format_type(first.type, first.typmod)} '
                f"in non-recursive term but type {format_type(both.type, both.typmod)} overall",
                hint="Cast the output of the non-recursive term to the correct type.",
                position=level.context.leftmost(targets[ordinal - 1]) if ordinal <= len(targets) else None,
            )


def _renamed(level: Level, cte: Node, columns: tuple[RelationColumn, ...]) -> tuple[RelationColumn, ...]:
    names = [item["String"]["sval"] for item in cte.get("aliascolnames", ())]
    if len(names) > len(columns):
        raise InvalidColumnReference(
            f'WITH query "{cte["ctename"]}" has {len(columns)} columns available but {len(names)} columns specified',
            position=level.context.position(cte),
        )
    renamed = tuple(
        dataclasses.replace(column, name=name) for name, column in zip(names, columns, strict=False)
    )
    return renamed + columns[len(names) :]
