"""CREATE, ALTER and DROP of ROLE, USER and GROUP; AWS IAM GRANT and REVOKE.

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
    SyntaxError_,
    UndefinedObject,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.privileges.dependents import dependents_of
from borealis.sql.utility.privileges.membership import check_may_grant, with_member, without_member
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
    for element, is_on in _options(context, node):
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


def alter_role(context: BindContext, node: Node, current: Oid) -> Ddl:
    """ALTER ROLE with attributes; ALTER GROUP ADD and DROP USER, which grant and revoke."""
    role = _altered(context, node, current)
    before = after = context.catalog
    new, notices = role, list[tuple[str, ...]]()
    for element, is_on in _options(context, node):
        match element["defname"]:
            case "canlogin":
                new = replace(new, can_login=is_on)
            case "inherit":
                new = replace(new, inherits=is_on)
            case "rolemembers":
                for member in _listed(context, element, current):
                    if node["action"] > 0:
                        after, said = with_member(after, role.oid, member, current, {})
                    else:
                        after, said = without_member(after, role.oid, member, current, {}, cascade=False)
                    notices += said
            case other_option:
                raise FeatureNotSupported(f"ALTER ROLE with option {other_option} not supported")
    gone = [one for one in before.memberships if one not in after.memberships]
    made = [one for one in after.memberships if one not in before.memberships]
    changed = [role] if new != role else []
    return Ddl.replacing(
        "ALTER ROLE", [*changed, *gone], [*([new] if changed else []), *made], tuple(notices)
    )


def alter_role_settings(context: BindContext, node: Node, current: Oid) -> Ddl:
    """ALTER ROLE RESET, which finds nothing: roles have no settings."""
    kind = node["setstmt"]["kind"]
    if kind not in ("VAR_RESET_ALL", "VAR_RESET") or "role" not in node or "database" in node:
        raise FeatureNotSupported("unsupported statement: AlterRoleSet")
    _altered(context, node, current)
    return Ddl.replacing("ALTER ROLE")


def _altered(context: BindContext, node: Node, current: Oid) -> Role:
    role = context.catalog.roles_by_oid[role_named(context, node["role"], current)]
    if (
        role.oid == ADMIN.oid
        or current != ADMIN.oid
        or not may_administer(context.catalog, current, role.oid)
    ):
        is_group = any(option["DefElem"]["defname"] == "rolemembers" for option in node.get("options", ()))
        detail = f'Only roles with the CREATEROLE attribute and the ADMIN option on role "{role.name}" may alter this role.'
        if is_group:
            detail = f'Only roles with the ADMIN option on role "{role.name}" may add members.'
        raise InsufficientPrivilege("permission denied to alter role", detail=detail)
    return role


def _options(context: BindContext, node: Node) -> Iterator[tuple[Node, bool]]:
    """Yield the options of CREATE and ALTER ROLE, and whether each is on; refuse one that comes twice."""
    seen = set()
    for option in node.get("options", ()):
        element = option["DefElem"]
        if element["defname"] in seen:
            raise SyntaxError_("conflicting or redundant options", position=context.position(element))
        seen.add(element["defname"])
        yield element, bool(element.get("arg", {}).get("Boolean", {}).get("boolval", False))


def _listed(context: BindContext, element: Node, current: Oid) -> Iterator[Oid]:
    for item in element["arg"]["List"]["items"]:
        yield role_named(context, item["RoleSpec"], current)


def rename_role(context: BindContext, node: Node, current: Oid) -> Ddl:
    role = find_role(context.catalog, node["subname"])
    session_user = context.setting("session_authorization")
    if role.name == session_user or (session_user is None and role.oid == current):
        raise FeatureNotSupported("session user cannot be renamed")
    if role.oid == current:
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
        if role.oid == current:
            raise ObjectInUse("current user cannot be dropped")
        if role.name == context.setting("session_authorization"):
            raise ObjectInUse("session user cannot be dropped")
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
        raise InsufficientPrivilege(
            f"permission denied to {verb} role",
            detail=f'Only roles with the CREATEROLE attribute and the ADMIN option on role "{role.name}" may {verb} '
            "this role.",
        )


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
