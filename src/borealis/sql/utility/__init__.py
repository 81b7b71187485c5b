"""Utility statements that change the catalog: DDL becomes catalog rows, which the same intents carry as data.

Entry: `plan_ddl`. What physical tables there are follows from those rows when the intent is applied (DESIGN §4).
"""

from __future__ import annotations

from collections.abc import Callable

from borealis.catalog.catalog import Catalog
from borealis.catalog.roles import ADMIN
from borealis.errors import FeatureNotSupported
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.privileges import role_of_session, usable_path
from borealis.sql.parse import Node, Parsed
from borealis.sql.utility.alter_domain import (
    alter_domain,
    drop_domain,
    rename_domain,
    rename_domain_constraint,
    set_domain_owner,
    set_domain_schema,
)
from borealis.sql.utility.alter_function import (
    drop_function,
    rename_function,
    set_function_extension,
    set_function_owner,
    set_function_schema,
)
from borealis.sql.utility.alter_table import (
    alter_index,
    alter_table,
    rename_column,
    rename_constraint,
    rename_relation,
    set_schema,
)
from borealis.sql.utility.alter_view import alter_view, rename_view, rename_view_column, set_view_schema
from borealis.sql.utility.comment_on import comment_on, without_comments_of_dropped
from borealis.sql.utility.create_domain import create_domain
from borealis.sql.utility.create_function import create_function
from borealis.sql.utility.create_index import create_index, drop_index
from borealis.sql.utility.create_table import create_table
from borealis.sql.utility.create_view import create_view
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.drop_objects import drop_table, drop_view
from borealis.sql.utility.drop_trigger import drop_trigger
from borealis.sql.utility.function_options import is_sql_function
from borealis.sql.utility.privileges.consequences import with_privileges_followed
from borealis.sql.utility.privileges.defaults import alter_default_privileges, with_default_privileges
from borealis.sql.utility.privileges.grant import grant
from borealis.sql.utility.privileges.membership import grant_roles
from borealis.sql.utility.privileges.ownership import check_ddl, check_references
from borealis.sql.utility.privileges.roles import (
    alter_role,
    alter_role_settings,
    aws_iam_grant,
    aws_iam_revoke,
    create_role,
    drop_roles,
    rename_role,
)
from borealis.sql.utility.schemas.alter_schema import rename_schema, set_schema_owner
from borealis.sql.utility.schemas.create_schema import create_schema
from borealis.sql.utility.schemas.drop_schema import drop_schema
from borealis.sql.utility.sequences.alter_sequence import alter_sequence, set_sequence_owner
from borealis.sql.utility.sequences.create_sequence import create_sequence
from borealis.sql.utility.sequences.drop_sequence import drop_sequence
from borealis.sql.utility.statistics_objects import (
    create_statistics,
    drop_statistics,
    rename_statistics,
    set_statistics_owner,
    set_statistics_schema,
    set_statistics_target,
)
from borealis.types.base import Oid, Style

__all__ = ["Ddl", "is_ddl", "plan_ddl"]

_Planner = Callable[[BindContext, Node, Oid], Ddl]

_PLANNERS: dict[str, _Planner] = {
    "CreateStmt": create_table,
    "DropStmt": drop_table,
    "ViewStmt": create_view,
    "IndexStmt": create_index,
    "CommentStmt": comment_on,
    "CreateSchemaStmt": create_schema,
    "CreateSeqStmt": create_sequence,
    "AlterSeqStmt": alter_sequence,
    "CreateStatsStmt": create_statistics,
    "AlterStatsStmt": set_statistics_target,
    "CreateDomainStmt": create_domain,
    "AlterDomainStmt": alter_domain,
    "CreateFunctionStmt": create_function,
    "CreateRoleStmt": create_role,
    "AlterRoleStmt": alter_role,
    "AlterRoleSetStmt": alter_role_settings,
    "DropRoleStmt": drop_roles,
    "GrantStmt": grant,
    "GrantRoleStmt": grant_roles,
    "AlterDefaultPrivilegesStmt": alter_default_privileges,
    "AwsIamGrantStmt": aws_iam_grant,
    "AwsIamRevokeStmt": aws_iam_revoke,
}

_BY_OBJECT: dict[tuple[str, str], _Planner] = {
    ("RenameStmt", "OBJECT_ROLE"): rename_role,
    ("DropStmt", "OBJECT_VIEW"): drop_view,
    ("DropStmt", "OBJECT_TRIGGER"): drop_trigger,
    ("DropStmt", "OBJECT_INDEX"): drop_index,
    ("AlterTableStmt", "OBJECT_TABLE"): alter_table,
    ("AlterTableStmt", "OBJECT_INDEX"): alter_index,
    ("RenameStmt", "OBJECT_TABLE"): rename_relation,
    ("RenameStmt", "OBJECT_INDEX"): rename_relation,
    ("RenameStmt", "OBJECT_COLUMN OBJECT_TABLE"): rename_column,
    ("RenameStmt", "OBJECT_TABCONSTRAINT"): rename_constraint,
    ("AlterObjectSchemaStmt", "OBJECT_TABLE"): set_schema,
    ("DropStmt", "OBJECT_SCHEMA"): drop_schema,
    ("RenameStmt", "OBJECT_SCHEMA"): rename_schema,
    ("AlterOwnerStmt", "OBJECT_SCHEMA"): set_schema_owner,
    ("DropStmt", "OBJECT_SEQUENCE"): drop_sequence,
    ("AlterTableStmt", "OBJECT_SEQUENCE"): set_sequence_owner,
    ("RenameStmt", "OBJECT_SEQUENCE"): rename_relation,
    ("AlterObjectSchemaStmt", "OBJECT_SEQUENCE"): set_schema,
    ("DropStmt", "OBJECT_STATISTIC_EXT"): drop_statistics,
    ("RenameStmt", "OBJECT_STATISTIC_EXT"): rename_statistics,
    ("AlterObjectSchemaStmt", "OBJECT_STATISTIC_EXT"): set_statistics_schema,
    ("AlterOwnerStmt", "OBJECT_STATISTIC_EXT"): set_statistics_owner,
    ("DropStmt", "OBJECT_DOMAIN"): drop_domain,
    ("RenameStmt", "OBJECT_DOMAIN"): rename_domain,
    ("RenameStmt", "OBJECT_DOMCONSTRAINT"): rename_domain_constraint,
    ("AlterObjectSchemaStmt", "OBJECT_DOMAIN"): set_domain_schema,
    ("AlterOwnerStmt", "OBJECT_DOMAIN"): set_domain_owner,
    ("DropStmt", "OBJECT_FUNCTION"): drop_function,
    ("DropStmt", "OBJECT_ROUTINE"): drop_function,
    ("RenameStmt", "OBJECT_FUNCTION"): rename_function,
    ("RenameStmt", "OBJECT_ROUTINE"): rename_function,
    ("AlterObjectSchemaStmt", "OBJECT_FUNCTION"): set_function_schema,
    ("AlterObjectSchemaStmt", "OBJECT_ROUTINE"): set_function_schema,
    ("AlterOwnerStmt", "OBJECT_FUNCTION"): set_function_owner,
    ("AlterOwnerStmt", "OBJECT_ROUTINE"): set_function_owner,
    ("AlterObjectDependsStmt", "OBJECT_FUNCTION"): set_function_extension,
    ("AlterObjectDependsStmt", "OBJECT_ROUTINE"): set_function_extension,
    ("RenameStmt", "OBJECT_VIEW"): rename_view,
    ("RenameStmt", "OBJECT_COLUMN OBJECT_VIEW"): rename_view_column,
    ("AlterObjectSchemaStmt", "OBJECT_VIEW"): set_view_schema,
    ("AlterTableStmt", "OBJECT_VIEW"): alter_view,
}
"""Planners of statements that are about several kinds of objects, by that kind."""


def is_ddl(parsed: Parsed) -> bool:
    return _planner(parsed) is not None


def _planner(parsed: Parsed) -> _Planner | None:
    if parsed.node_name == "CreateFunctionStmt" and not is_sql_function(parsed.node):
        return None
    found = _BY_OBJECT.get((parsed.node_name, _object_kind(parsed.node)))
    return found or _PLANNERS.get(parsed.node_name)


def _object_kind(node: Node) -> str:
    """Return what kind of object the statement is about; of a column, its relation's kind too."""
    for key in ("removeType", "renameType", "objectType", "objtype"):
        if key in node:
            kind: str = node[key]
            is_column = kind == "OBJECT_COLUMN" and "relationType" in node
            return f"{kind} {node['relationType']}" if is_column else kind
    return ""


def plan_ddl(
    parsed: Parsed,
    catalog: Catalog,
    search_path: tuple[str, ...] = ("public",),
    style: Style | None = None,
    user: str = ADMIN.name,
    setting: Callable[[str], str | None] = lambda name: None,
) -> Ddl:
    """Turn a DDL statement into the catalog rows it writes; user is whom it runs as, and who owns what it makes.

    Raises:
        SqlError: names taken or missing, definitions PostgreSQL or DSQL refuses, limits, 42501.
    """
    role = role_of_session(catalog, user)
    context = BindContext(parsed, catalog, (), usable_path(catalog, role, search_path), style or Style())
    context.setting = setting
    context.role = role.oid
    planner = _planner(parsed)
    if planner is None:
        raise FeatureNotSupported(f"unsupported statement: {parsed.node_name.removesuffix('Stmt')}")
    check_ddl(context, parsed, role.oid)
    ddl = without_comments_of_dropped(catalog, planner(context, parsed.node, role.oid))
    check_references(context, ddl, role.oid)
    return with_default_privileges(catalog, with_privileges_followed(catalog, ddl))
