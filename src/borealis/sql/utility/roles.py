"""Role names in DDL: OWNER TO name, CURRENT_USER, SESSION_USER."""

from __future__ import annotations

from borealis.errors import FeatureNotSupported
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.registered.names import CatalogNames
from borealis.sql.registered.others import read_role
from borealis.storage.catalog_tables import ADMIN_ROLE
from borealis.types.base import Oid


def role_named(context: BindContext, node: Node, current: Oid) -> Oid:
    """Return the role of a RoleSpec; current is the session's.

    Raises: UndefinedObject 42704; FeatureNotSupported for any but admin.
    """
    if node["roletype"] != "ROLESPEC_CSTRING":
        return current
    quoted = '"' + node["rolename"].replace('"', '""') + '"'
    role = Oid(read_role(CatalogNames(context.catalog, context.search_path), quoted))
    if role != ADMIN_ROLE:
        raise FeatureNotSupported("objects of roles other than admin not supported")
    return role
