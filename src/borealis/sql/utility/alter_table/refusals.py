"""What DSQL refuses of ALTER TABLE, before it looks at any table: its words for each command.

Source: dsql-facts.md §4.5; the words are PostgreSQL 16's for the commands (tablecmds.c), as the recorded refusals show.
"""

from __future__ import annotations

from borealis.errors import FeatureNotSupported
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node

WORDS = {
    "AT_AddColumn": "ADD COLUMN",
    "AT_ColumnDefault": "ALTER COLUMN ... SET DEFAULT",
    "AT_DropNotNull": "ALTER COLUMN ... DROP NOT NULL",
    "AT_SetNotNull": "ALTER COLUMN ... SET NOT NULL",
    "AT_DropExpression": "ALTER COLUMN ... DROP EXPRESSION",
    "AT_SetStatistics": "ALTER COLUMN ... SET STATISTICS",
    "AT_SetOptions": "ALTER COLUMN ... SET",
    "AT_ResetOptions": "ALTER COLUMN ... RESET",
    "AT_SetStorage": "ALTER COLUMN ... SET STORAGE",
    "AT_SetCompression": "ALTER COLUMN ... SET COMPRESSION",
    "AT_DropColumn": "DROP COLUMN",
    "AT_AddConstraint": "ADD CONSTRAINT",
    "AT_AlterConstraint": "ALTER CONSTRAINT",
    "AT_ValidateConstraint": "VALIDATE CONSTRAINT",
    "AT_DropConstraint": "DROP CONSTRAINT",
    "AT_AlterColumnType": "ALTER COLUMN ... SET DATA TYPE",
    "AT_AlterColumnGenericOptions": "ALTER COLUMN ... OPTIONS",
    "AT_ChangeOwner": "OWNER TO",
    "AT_ClusterOn": "CLUSTER ON",
    "AT_DropCluster": "SET WITHOUT CLUSTER",
    "AT_SetAccessMethod": "SET ACCESS METHOD",
    "AT_SetLogged": "SET LOGGED",
    "AT_SetUnLogged": "SET UNLOGGED",
    "AT_DropOids": "SET WITHOUT OIDS",
    "AT_SetTableSpace": "SET TABLESPACE",
    "AT_SetRelOptions": "SET",
    "AT_ResetRelOptions": "RESET",
    "AT_EnableTrig": "ENABLE TRIGGER",
    "AT_EnableAlwaysTrig": "ENABLE ALWAYS TRIGGER",
    "AT_EnableReplicaTrig": "ENABLE REPLICA TRIGGER",
    "AT_DisableTrig": "DISABLE TRIGGER",
    "AT_EnableTrigAll": "ENABLE TRIGGER ALL",
    "AT_DisableTrigAll": "DISABLE TRIGGER ALL",
    "AT_EnableTrigUser": "ENABLE TRIGGER USER",
    "AT_DisableTrigUser": "DISABLE TRIGGER USER",
    "AT_EnableRule": "ENABLE RULE",
    "AT_EnableAlwaysRule": "ENABLE ALWAYS RULE",
    "AT_EnableReplicaRule": "ENABLE REPLICA RULE",
    "AT_DisableRule": "DISABLE RULE",
    "AT_AddInherit": "INHERIT",
    "AT_DropInherit": "NO INHERIT",
    "AT_AddOf": "OF",
    "AT_DropOf": "NOT OF",
    "AT_ReplicaIdentity": "REPLICA IDENTITY",
    "AT_EnableRowSecurity": "ENABLE ROW SECURITY",
    "AT_DisableRowSecurity": "DISABLE ROW SECURITY",
    "AT_ForceRowSecurity": "FORCE ROW SECURITY",
    "AT_NoForceRowSecurity": "NO FORCE ROW SECURITY",
    "AT_GenericOptions": "OPTIONS",
    "AT_AttachPartition": "ATTACH PARTITION",
    "AT_DetachPartition": "DETACH PARTITION",
    "AT_DetachPartitionFinalize": "DETACH PARTITION ... FINALIZE",
    "AT_AddIdentity": "ALTER COLUMN ... ADD IDENTITY",
    "AT_SetIdentity": "ALTER COLUMN ... SET",
    "AT_DropIdentity": "ALTER COLUMN ... DROP IDENTITY",
}
"""What PostgreSQL calls each command in its own texts."""

_KEY_KINDS = frozenset(("CONSTR_PRIMARY", "CONSTR_UNIQUE"))


def refused(command: Node, object_: str = "TABLE") -> FeatureNotSupported:
    words = WORDS.get(command["subtype"], "")
    return FeatureNotSupported(f"unsupported ALTER {object_} {words} statement".replace("  ", " "))


def refuse_added_column(context: BindContext, column: Node) -> None:
    """Refuse the forms of ADD COLUMN that would have something to say of rows that are there."""
    kinds = {item["Constraint"]["contype"] for item in column.get("constraints", ())}
    if kinds - {"CONSTR_NULL"}:
        raise FeatureNotSupported("ALTER TABLE ADD COLUMN with constraint not supported")
    if "collClause" in column:
        raise FeatureNotSupported("COLLATE clause not supported", position=context.position(column))
    if "compression" in column:
        raise FeatureNotSupported("COMPRESSION clause not supported", position=context.position(column))


def refuse_added_constraint(command: Node) -> None:
    """Refuse constraints that would have to be checked at once; UNIQUE may take over an index that is there."""
    constraint = command["def"]["Constraint"]
    kind = constraint["contype"]
    if kind == "CONSTR_UNIQUE" and "indexname" in constraint:
        if constraint.get("deferrable") or constraint.get("initdeferred"):
            raise FeatureNotSupported(
                "ALTER TABLE / ADD CONSTRAINT UNIQUE / DEFERRED / INITIALLY DEFERRED not supported"
            )
        return
    if kind in _KEY_KINDS or not constraint.get("skip_validation"):
        raise refused(command)
