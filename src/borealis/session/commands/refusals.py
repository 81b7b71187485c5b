"""Statements DSQL does not have, or Borealis does not have yet, with DSQL's texts.

The rule is `unsupported statement: <Node>`, with PostgreSQL's node name less its `Stmt`; this table holds the exceptions.
A refusal is raised when the statement runs, so that a failed block answers 25P02 first.
Source: dsql-facts.md §4.2, §4.12 (recorded from live clusters; where it says a text is unknown, the rule holds).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.errors import FeatureNotSupported
from borealis.session.commands.base import Immediate
from borealis.sql.parse import Node, Parsed

if TYPE_CHECKING:
    from borealis.session.session import Session

_TEXTS = {
    "MergeStmt": "unsupported statement type: MERGE",
    "CreateTrigStmt": "CREATE TRIGGER not supported",
    "CreateEnumStmt": "CREATE TYPE not supported",
    "AlterEnumStmt": "ALTER TYPE not supported",
    "AlterTypeStmt": "ALTER TYPE not supported",
}


class Refused(Immediate):
    __slots__ = ("_text",)

    def __init__(self, parsed: Parsed) -> None:
        self._text = refusal(parsed.node_name, parsed.node)

    def carry_out(self, session: Session) -> str:
        raise FeatureNotSupported(self._text)


def refusal(node_name: str, node: Node) -> str:
    """Return the text with which a statement of this kind is refused."""
    match node_name:
        case "VacuumStmt":
            return f"unsupported {'VACUUM' if node.get('is_vacuumcmd') else 'ANALYZE'} statement"
        case "CreateFunctionStmt" if node.get("is_procedure"):
            return "PROCEDURE is not supported"
        case "CreateFunctionStmt" if _language(node) not in ("sql", None):
            return f"CREATE FUNCTION with language {_language(node)} not supported"
        case "RenameStmt" if node.get("renameType") == "OBJECT_TYPE":
            return "unsupported object in RENAME statement"
        case "IndexStmt":
            return _index_refusal(node)
        case "AlterTableStmt" if node.get("objtype") == "OBJECT_TYPE":
            return "ALTER TYPE not supported"
    return _TEXTS.get(node_name) or f"unsupported statement: {node_name.removesuffix('Stmt')}"


def _language(node: Node) -> str | None:
    for option in node.get("options", ()):
        element = option["DefElem"]
        if element["defname"] == "language":
            language: str = element["arg"]["String"]["sval"]
            return language
    return None


def _index_refusal(node: Node) -> str:
    if node.get("concurrent"):
        return "CONCURRENTLY not supported for CREATE INDEX"
    if node.get("idxname") == "async":
        # How PostgreSQL's grammar reads CREATE INDEX ASYNC ON; an index that is really named so has to be quoted.
        return "CREATE INDEX ASYNC not supported"
    return "unsupported mode. please use CREATE INDEX ASYNC."
