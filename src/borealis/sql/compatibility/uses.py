"""Which dated features a statement uses, read off its parse tree; the names are those of features.tsv.

A feature is told even where today's rules refuse the statement for another reason: on its day it was refused for this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from borealis.catalog.relations import Table
from borealis.sql.compatibility.locks import lock_features
from borealis.sql.parse import Node, Parsed
from borealis.sql.utility.alter_table.refusals import WORDS
from borealis.types import oids

FindTable = Callable[[Node], Table | None]


@dataclass(frozen=True, slots=True)
class Use:
    feature: str
    details: Mapping[str, object] = field(default_factory=dict)
    """For the refusal's text."""


def uses(parsed: Parsed, find_table: FindTable) -> Iterator[Use]:
    """Yield what a statement uses, in the order in which it would be refused."""
    yield from _uses(parsed.node_name, parsed.node, find_table)


def _uses(name: str, node: Node, find_table: FindTable) -> Iterator[Use]:
    match name:
        case "CreateStmt":
            yield from _table(node.get("tableElts", ()))
        case "AlterTableStmt":
            for command in node.get("cmds", ()):
                yield from _command(command["AlterTableCmd"])
        case "IndexStmt":
            yield from _index(node, find_table)
        case "CreateDomainStmt":
            yield from _type(node["typeName"])
        case "CreateSeqStmt" | "AlterSeqStmt":
            yield Use("sequences", {"node": name.removesuffix("Stmt")})
        case "CreateStatsStmt" | "AlterStatsStmt":
            yield Use("statistics", {"node": name.removesuffix("Stmt")})
        case "CreateSchemaStmt" if "schemaElts" in node:
            yield Use("schema_elements")
            for element in node["schemaElts"]:
                ((inner, child),) = element.items()
                yield from _uses(inner, child, find_table)
        case "AlterDefaultPrivilegesStmt":
            yield Use("default_privileges")
        case "CreateEnumStmt":
            yield Use("enum_by_statement")
        case "ConstraintsSetStmt":
            yield Use("set_constraints")
        case "VariableSetStmt" if node.get("name") == "dsql.enable_batched_nestloop":
            yield Use("batched_nested_loop")
        case "DropStmt" if node["removeType"] in _OBJECTS:
            yield Use(_OBJECTS[node["removeType"]], {"verb": "DROP"})
        case "RenameStmt" if node["renameType"] in _OBJECTS:
            yield Use(_OBJECTS[node["renameType"]], {"verb": "RENAME"})
        case "RenameStmt" if node["renameType"] == "OBJECT_ROLE":
            yield Use("rename_role")
        case _:
            yield from map(Use, lock_features(node, find_table))


_OBJECTS = {
    "OBJECT_SEQUENCE": "sequence_objects",
    "OBJECT_STATISTIC_EXT": "statistics_objects",
    "OBJECT_ROUTINE": "routines",
}

_COMMANDS = {
    "AT_ColumnDefault": "column_attributes",
    "AT_DropNotNull": "column_attributes",
    "AT_DropExpression": "column_attributes",
    "AT_AddIdentity": "column_attributes",
    "AT_DropConstraint": "column_attributes",
    "AT_SetIdentity": "alter_identity",
    "AT_DropIdentity": "alter_identity",
    "AT_DropColumn": "drop_column",
    "AT_ValidateConstraint": "validate_constraint",
    "AT_AlterConstraint": "alter_constraint",
} | {name: "triggers_switched" for name in WORDS if "Trig" in name}

_ADDED = {
    "CONSTR_CHECK": "check_not_valid",
    "CONSTR_FOREIGN": "added_foreign_keys",
    "CONSTR_UNIQUE": "unique_using_index",
}


def _command(command: Node) -> Iterator[Use]:
    kind = command["subtype"]
    if kind == "AT_AddColumn":
        yield from _type(command["def"]["ColumnDef"]["typeName"])
    elif kind == "AT_AddConstraint":
        feature = _ADDED.get(command["def"]["Constraint"]["contype"])
        if feature is not None:
            yield Use(feature)
    elif kind in _COMMANDS:
        yield Use(_COMMANDS[kind], {"words": WORDS[kind]})


def _table(elements: tuple[Node, ...]) -> Iterator[Use]:
    numeric: set[str] = set()
    keys: set[str] = set()
    for element in elements:
        if "ColumnDef" in element:
            column = element["ColumnDef"]
            yield from _type(column["typeName"])
            if _type_name(column["typeName"]) == "numeric":
                numeric.add(column["colname"])
            for item in column.get("constraints", ()):
                yield from _constraint(item["Constraint"], keys, [column["colname"]])
        elif "Constraint" in element:
            yield from _constraint(element["Constraint"], keys, [])
    if numeric & keys:
        yield Use("numeric_in_keys")


def _constraint(constraint: Node, keys: set[str], columns: list[str]) -> Iterator[Use]:
    match constraint["contype"]:
        case "CONSTR_FOREIGN":
            yield Use("foreign_keys")
        case "CONSTR_IDENTITY":
            yield Use("identity_columns")
        case "CONSTR_PRIMARY" | "CONSTR_UNIQUE":
            keys.update(columns or [item["String"]["sval"] for item in constraint.get("keys", ())])


def _index(node: Node, find_table: FindTable) -> Iterator[Use]:
    if "whereClause" in node:
        yield Use("partial_indexes")
    elements = [item["IndexElem"] for item in node.get("indexParams", ())]
    if any("expr" in element for element in elements):
        yield Use("expression_indexes")
    table = find_table(node["relation"])
    names = {element.get("name") for element in elements}
    if table is not None and any(
        column.name in names and column.type == oids.NUMERIC for column in table.columns
    ):
        yield Use("numeric_in_keys")


def _type(type_name: Node) -> Iterator[Use]:
    name = _type_name(type_name)
    if name in ("json", "jsonb") and "arrayBounds" not in type_name:
        yield Use(f"{name}_columns")
    if name == "numeric":
        size = [
            item["A_Const"].get("ival", {}).get("ival", 0)
            for item in type_name.get("typmods", ())
            if "A_Const" in item
        ]
        if size and size[0] > _PRECISION_MAX:
            yield Use("numeric_precision", {"precision": size[0]})
        if len(size) > 1 and size[1] > _SCALE_MAX:
            yield Use("numeric_scale", {"scale": size[1]})


_PRECISION_MAX, _SCALE_MAX = 38, 37  # until August 2026 (dsql-facts.md §4.3)


def _type_name(type_name: Node) -> str:
    name: str = type_name["names"][-1]["String"]["sval"]
    return name
