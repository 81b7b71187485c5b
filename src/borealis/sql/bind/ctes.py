"""WITH: common table expressions, recursive ones too."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from borealis.errors import (
    DatatypeMismatch,
    DuplicateAlias,
    FeatureNotSupported,
    InvalidColumnReference,
    SyntaxError_,
)
from borealis.sql.bind.level import CteName, Level
from borealis.sql.bind.recursion import check_recursive, in_order, references
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
    _refuse_duplicates(level, node["ctes"])
    items = (
        in_order(level.context, node["ctes"])
        if recursive
        else [item["CommonTableExpr"] for item in node["ctes"]]
    )
    for ordinal, cte in enumerate(items):
        name = cte["ctename"]
        level.later_ctes = frozenset(later["ctename"] for later in items[ordinal:])
        is_recursive = recursive and references(cte["ctequery"], name)
        if not is_recursive and ("search_clause" in cte or "cycle_clause" in cte):
            raise SyntaxError_("WITH query is not recursive", position=level.context.position(cte))
        bound.append(_bind_recursive(level, cte) if is_recursive else _bind(level, cte))
    level.later_ctes = frozenset()
    return tuple(bound)


def _refuse_duplicates(level: Level, items: Sequence[Node]) -> None:
    names = set[str]()
    for item in items:
        cte = item["CommonTableExpr"]
        if cte["ctename"] in names:
            raise DuplicateAlias(
                f'WITH query name "{cte["ctename"]}" specified more than once',
                position=level.context.position(cte),
            )
        names.add(cte["ctename"])


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
    from borealis.sql.bind.search_cycle import Stars, expanded, note_stars
    from borealis.sql.bind.set_operations import bind_set_operation

    name = cte["ctename"]
    check_recursive(level.context, cte)
    if "withClause" in cte["ctequery"]["SelectStmt"]:
        raise FeatureNotSupported("WITH inside a recursive query not supported")
    number = level.context.new_id()
    columns = _start_columns(level, cte)
    stars: Stars = []
    if "search_clause" in cte or "cycle_clause" in cte:
        level.ctes[name] = CteName(number, columns, is_recursing=True)
        cte, stars = expanded(level, cte, [column.name for column in columns])
        columns = _start_columns(level, cte)
    level.ctes[name] = CteName(number, columns, is_recursing=True)
    inner = Level(level.context, parent=level)
    query = bind_set_operation(inner, cte["ctequery"]["SelectStmt"])
    level.ctes[name] = CteName(number, columns)
    note_stars(level.context, stars)
    assert isinstance(query, SetOperation)
    _check_types(level, cte, columns, query.columns)
    return Cte(number, name, query, columns, True, None)


def _start_columns(level: Level, cte: Node) -> tuple[RelationColumn, ...]:
    """Return the columns the non-recursive term gives the item."""
    from borealis.sql.bind.query import bind_subquery

    start = {"SelectStmt": cte["ctequery"]["SelectStmt"]["larg"]}
    _, columns = bind_subquery(level, start, in_from=True, lateral=True)
    return _renamed(level, cte, columns)


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
