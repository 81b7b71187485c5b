"""CREATE ROLE and USER, ALTER ROLE RENAME, DROP ROLE; AWS IAM GRANT and REVOKE.

Source: dsql-facts.md §2.3-§2.5, §4.2; PostgreSQL 16, user.c for texts.
"""

from __future__ import annotations

import re
from dataclasses import replace

from borealis.catalog.catalog import Catalog
from borealis.catalog.roles import ADMIN, Role, RoleMapping
from borealis.errors import (
    DependentObjectsStillExist,
    DuplicateObject,
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidParameterValue,
    ReservedName,
    UndefinedObject,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.types.base import Oid

_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+", re.ASCII)
_SYSTEM = frozenset(("admin", "postgres"))


def create_role(context: BindContext, node: Node, owner: Oid) -> Ddl:
    name = node["role"]
    _check_new(context.catalog, name)
    role = Role(context.catalog.next_oid, name, node["stmt_type"] == "ROLESTMT_USER")
    for option in node.get("options", ()):
        element = option["DefElem"]
        is_on = bool(element.get("arg", {}).get("Boolean", {}).get("boolval", False))
        match element["defname"]:
            case "canlogin":
                role = replace(role, can_login=is_on)
            case "inherit":
                role = replace(role, inherits=is_on)
            case other:
                raise FeatureNotSupported(f"CREATE ROLE with option {other} not supported")
    return Ddl.replacing("CREATE ROLE", after=[role])


def rename_role(context: BindContext, node: Node, owner: Oid) -> Ddl:
    role = find_role(context.catalog, node["subname"])
    _check_own(role, "rename")
    _check_new(context.catalog, node["newname"])
    return Ddl.replacing("ALTER ROLE", [role], [replace(role, name=node["newname"])])


def drop_roles(context: BindContext, node: Node, owner: Oid) -> Ddl:
    catalog = context.catalog
    dropped: dict[Oid, Role] = {}
    notices = []
    for item in node["roles"]:
        spec = item["RoleSpec"]
        if "rolename" not in spec:
            raise InvalidParameterValue("cannot use special role specifier in DROP ROLE")
        name = spec["rolename"]
        if name not in catalog.roles_by_name and node.get("missing_ok"):
            notices.append(("00000", f'role "{name}" does not exist, skipping'))
            continue
        role = find_role(catalog, name)
        _check_own(role, "drop")
        _check_free(catalog, role)
        dropped[role.oid] = role
    return Ddl.replacing("DROP ROLE", dropped.values(), notices=tuple(notices))


def aws_iam_grant(context: BindContext, node: Node, owner: Oid) -> Ddl:
    role, arn = _trusted(context.catalog, node)
    if not role.can_login:
        raise InvalidParameterValue(f"role {role.name} must have the LOGIN attribute")
    after = RoleMapping(context.catalog.next_oid, arn, role.oid, owner)
    known = _mapping(context.catalog, role, arn) is not None
    return Ddl.replacing("AWS IAM GRANT", after=() if known else [after])


def aws_iam_revoke(context: BindContext, node: Node, owner: Oid) -> Ddl:
    role, arn = _trusted(context.catalog, node)
    mapping = _mapping(context.catalog, role, arn)
    if mapping is None:
        raise UndefinedObject(f"IAM role {arn} does not exist")
    return Ddl.replacing("AWS IAM REVOKE", [mapping])


def find_role(catalog: Catalog, name: str) -> Role:
    role = catalog.roles_by_name.get(name)
    if role is None:
        raise UndefinedObject(f'role "{name}" does not exist')
    return role


def _trusted(catalog: Catalog, node: Node) -> tuple[Role, str]:
    role, arn = find_role(catalog, node["conditionname"]), node["payload"]
    if role.oid == ADMIN.oid:
        raise InsufficientPrivilege(f"Cannot establish trust with role {role.name}")
    if not _ARN.fullmatch(arn):
        raise InvalidParameterValue("IAM role must look like an IAM ARN")
    return role, arn


def _mapping(catalog: Catalog, role: Role, arn: str) -> RoleMapping | None:
    return next((one for one in catalog.role_mappings if (one.role, one.arn) == (role.oid, arn)), None)


def _check_new(catalog: Catalog, name: str) -> None:
    if name.startswith("pg_"):
        raise ReservedName(
            f'role name "{name}" is reserved', detail='Role names starting with "pg_" are reserved.'
        )
    if name in catalog.roles_by_name or name in _SYSTEM:
        raise DuplicateObject(f'role "{name}" already exists')


def _check_own(role: Role, verb: str) -> None:
    if role.oid == ADMIN.oid:
        raise InsufficientPrivilege(f"permission denied to {verb} role")


def _check_free(catalog: Catalog, role: Role) -> None:
    """Raise 2BP01 for a role with a mapping or a privilege; roles own nothing."""
    is_mapped = any(one.role == role.oid for one in catalog.role_mappings)
    if is_mapped or any(one.grantee == role.oid and one.privileges for one in catalog.grants):
        raise DependentObjectsStillExist(
            f'role "{role.name}" cannot be dropped because some objects depend on it'
        )
