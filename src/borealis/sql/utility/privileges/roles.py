"""CREATE ROLE, USER and GROUP, ALTER ROLE RENAME, DROP ROLE; AWS IAM GRANT and REVOKE.

Only admin makes roles, and it administers each it makes. Source: dsql-facts.md §2.3-§2.5, §4.2; PostgreSQL 16, user.c for texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from borealis.catalog.catalog import Catalog
from borealis.catalog.membership import may_administer
from borealis.catalog.roles import ADMIN, BOOTSTRAP, Membership, Role, RoleMapping
from borealis.errors import (
    DependentObjectsStillExist,
    DuplicateObject,
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidParameterValue,
    ObjectInUse,
    ReservedName,
    UndefinedObject,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.privileges.dependents import dependents_of
from borealis.sql.utility.privileges.membership import check_may_grant, with_member
from borealis.sql.utility.roles import find_role, role_named
from borealis.types.base import Oid

_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+", re.ASCII)
_SYSTEM = frozenset(("admin", "postgres"))


def create_role(context: BindContext, node: Node, current: Oid) -> Ddl:
    if current != ADMIN.oid:
        raise InsufficientPrivilege(
            "permission denied to create role",
            detail="Only roles with the CREATEROLE attribute may create roles.",
        )
    name = node["role"]
    role = Role(context.catalog.next_oid, name, node["stmt_type"] == "ROLESTMT_USER")
    members: list[tuple[Oid, Oid, bool]] = []  # role, member, with admin option
    for option in node.get("options", ()):
        element = option["DefElem"]
        is_on = bool(element.get("arg", {}).get("Boolean", {}).get("boolval", False))
        match element["defname"]:
            case "canlogin":
                role = replace(role, can_login=is_on)
            case "inherit":
                role = replace(role, inherits=is_on)
            case "addroleto":
                for other in _listed(context, element, current):
                    check_may_grant(context.catalog, current, other, is_grant=True)
                    members.append((other, role.oid, False))
            case "rolemembers" | "adminmembers" as kind:
                members += [
                    (role.oid, one, kind == "adminmembers") for one in _listed(context, element, current)
                ]
            case other_option:
                raise FeatureNotSupported(f"CREATE ROLE with option {other_option} not supported")
    _check_new(context.catalog, name)
    catalog = replace(context.catalog, roles=(*context.catalog.roles, role), next_oid=Oid(role.oid + 1))
    own = Membership(
        catalog.next_oid, role.oid, current, BOOTSTRAP, may_administer=True, inherits=False, may_set=False
    )
    catalog = replace(catalog, memberships=(*catalog.memberships, own), next_oid=Oid(own.oid + 1))
    for granted, member, with_admin in members:
        catalog = with_member(catalog, granted, member, current, {"admin": True} if with_admin else {})[0]
    before = context.catalog.memberships
    made = [one for one in catalog.memberships if one not in before]
    return Ddl.replacing("CREATE ROLE", after=[role, *made])


def _listed(context: BindContext, element: Node, current: Oid) -> Iterator[Oid]:
    for item in element["arg"]["List"]["items"]:
        yield role_named(context, item["RoleSpec"], current)


def rename_role(context: BindContext, node: Node, current: Oid) -> Ddl:
    role = find_role(context.catalog, node["subname"])
    if role.oid == current and current != ADMIN.oid:
        raise FeatureNotSupported("current user cannot be renamed")
    _check_administered(context.catalog, role, current, "rename")
    _check_new(context.catalog, node["newname"])
    return Ddl.replacing("ALTER ROLE", [role], [replace(role, name=node["newname"])])


def drop_roles(context: BindContext, node: Node, current: Oid) -> Ddl:
    catalog = context.catalog
    if current != ADMIN.oid:
        raise InsufficientPrivilege(
            "permission denied to drop role",
            detail="Only roles with the CREATEROLE attribute and the ADMIN option on the target roles may drop roles.",
        )
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
        if role.oid == current != ADMIN.oid:
            raise ObjectInUse("current user cannot be dropped")
        _check_administered(catalog, role, current, "drop")
        dropped[role.oid] = role
    gone = [one for one in catalog.memberships if one.role in dropped or one.member in dropped]
    for role in dropped.values():
        _check_free(catalog, role, dropped)
    return Ddl.replacing("DROP ROLE", [*dropped.values(), *gone], notices=tuple(notices))


def aws_iam_grant(context: BindContext, node: Node, current: Oid) -> Ddl:
    role, arn = _trusted(context.catalog, node, current)
    if not role.can_login:
        raise InvalidParameterValue(f"role {role.name} must have the LOGIN attribute")
    after = RoleMapping(context.catalog.next_oid, arn, role.oid, current)
    known = _mapping(context.catalog, role, arn) is not None
    return Ddl.replacing("AWS IAM GRANT", after=() if known else [after])


def aws_iam_revoke(context: BindContext, node: Node, current: Oid) -> Ddl:
    role, arn = _trusted(context.catalog, node, current)
    mapping = _mapping(context.catalog, role, arn)
    if mapping is None:
        raise UndefinedObject(f"IAM role {arn} does not exist")
    return Ddl.replacing("AWS IAM REVOKE", [mapping])


def _trusted(catalog: Catalog, node: Node, current: Oid) -> tuple[Role, str]:
    if current != ADMIN.oid:
        raise InsufficientPrivilege(f"permission denied to grant IAM trust with role {node['conditionname']}")
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


def _check_administered(catalog: Catalog, role: Role, current: Oid, verb: str) -> None:
    if role.oid == ADMIN.oid or current != ADMIN.oid or not may_administer(catalog, current, role.oid):
        raise InsufficientPrivilege(f"permission denied to {verb} role")


def _check_free(catalog: Catalog, role: Role, dropped: dict[Oid, Role]) -> None:
    """Raise 2BP01 for a role with a mapping, an object, or a privilege; and for one that made grants of roles that stay."""
    lines = dependents_of(catalog, role.oid)
    if any(one.role == role.oid for one in catalog.role_mappings) or lines:
        raise DependentObjectsStillExist(
            f'role "{role.name}" cannot be dropped because some objects depend on it',
            detail="\n".join(lines) or None,
        )
    for one in catalog.memberships:
        if one.grantor == role.oid and one.role not in dropped and one.member not in dropped:
            names = catalog.roles_by_oid
            raise DependentObjectsStillExist(
                f'role "{role.name}" cannot be dropped because some objects depend on it',
                detail=f"privileges for membership of role {names[one.member].name} in role {names[one.role].name}",
            )
