"""Roles as utility statements name them. Source: PostgreSQL 16, acl.c (get_rolespec_oid) for texts."""

from __future__ import annotations

from borealis.catalog.catalog import Catalog
from borealis.catalog.roles import Role
from borealis.errors import UndefinedObject
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.types.base import Oid


def role_named(context: BindContext, node: Node, current: Oid) -> Oid:
    """Return the role of a RoleSpec; current is whom the statement runs as.

    Raises: UndefinedObject 42704.
    """
    match node["roletype"]:
        case "ROLESPEC_CSTRING":
            return find_role(context.catalog, node["rolename"]).oid
        case "ROLESPEC_SESSION_USER":
            session_user = context.setting("session_authorization")
            return current if session_user is None else find_role(context.catalog, session_user).oid
        case "ROLESPEC_PUBLIC":
            raise UndefinedObject('role "public" does not exist')
    return current


def find_role(catalog: Catalog, name: str) -> Role:
    role = catalog.roles_by_name.get(name)
    if role is None:
        raise UndefinedObject(f'role "{name}" does not exist')
    return role
