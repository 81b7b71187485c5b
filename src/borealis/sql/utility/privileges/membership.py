"""GRANT role TO role and REVOKE role FROM role.

A membership is granted by somebody who has the admin option; what a member granted by its own admin option goes with that option.
Source: dsql-facts.md §4.2; PostgreSQL 16, user.c (GrantRole, AddRoleMems, DelRoleMems) for rules and texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from borealis.catalog.catalog import Catalog
from borealis.catalog.membership import administrator, memberships_of
from borealis.catalog.roles import ADMIN, BOOTSTRAP, Membership
from borealis.errors import (
    DependentObjectsStillExist,
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidGrantOperation,
    SyntaxError_,
    UndefinedObject,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.roles import find_role, role_named
from borealis.types.base import Oid

Notice = tuple[str, ...]


def grant_roles(context: BindContext, node: Node, current: Oid) -> Ddl:
    """Plan GRANT or REVOKE of roles."""
    before = context.catalog
    is_grant = bool(node.get("is_grant"))
    options = _options(node.get("opt", ()))
    if not is_grant:
        options = dict.fromkeys(options, True)  # REVOKE ADMIN OPTION FOR
    if "grantor" in node and role_named(context, node["grantor"], current) != current:
        raise FeatureNotSupported("GRANTED BY of a role other than the current one not supported")
    members = [role_named(context, item["RoleSpec"], current) for item in node["grantee_roles"]]
    after, notices = before, list[Notice]()
    for item in node["granted_roles"]:
        privilege = item["AccessPriv"]
        if "cols" in privilege:
            raise InvalidGrantOperation("column names cannot be included in GRANT/REVOKE ROLE")
        if "priv_name" not in privilege:
            raise UndefinedObject('role "all" does not exist')
        role = find_role(before, privilege["priv_name"]).oid
        check_may_grant(before, current, role, is_grant=is_grant)
        grantor = administrator(before, current, role) or current
        for member in dict.fromkeys(members):
            if is_grant:
                after, said = with_member(after, role, member, grantor, options)
            else:
                is_cascade = node.get("behavior") == "DROP_CASCADE"
                after, said = without_member(after, role, member, grantor, options, cascade=is_cascade)
            notices += said
    kept = set(after.memberships)
    had = set(before.memberships)
    return Ddl.replacing(
        "GRANT ROLE" if is_grant else "REVOKE ROLE",
        [one for one in before.memberships if one not in kept],
        [one for one in after.memberships if one not in had],
        tuple(notices),
    )


def check_may_grant(catalog: Catalog, current: Oid, role: Oid, *, is_grant: bool) -> None:
    """Raise InsufficientPrivilege 42501 for who has no admin option on a role."""
    if administrator(catalog, current, role) is None:
        verb = "grant" if is_grant else "revoke"
        name = catalog.roles_by_oid[role].name
        raise InsufficientPrivilege(
            f'permission denied to {verb} role "{name}"',
            detail=f'Only roles with the ADMIN option on role "{name}" may {verb} this role.',
        )


def with_member(
    catalog: Catalog, role: Oid, member: Oid, grantor: Oid, options: Mapping[str, bool]
) -> tuple[Catalog, list[Notice]]:
    """Return the catalog with a membership added, or its options changed.

    Raises:
        InvalidGrantOperation: 0LP01, a role would be a member of itself, or an admin option come back to who gave it.
    """
    names = catalog.roles_by_oid
    if member == role:
        raise InvalidGrantOperation(f'role "{names[role].name}" is a member of role "{names[member].name}"')
    if member in memberships_of(catalog, role):
        raise InvalidGrantOperation(f'role "{names[role].name}" is a member of role "{names[member].name}"')
    if options.get("admin") and grantor != ADMIN.oid and _came_from(catalog, role, grantor, member):
        raise InvalidGrantOperation("ADMIN option cannot be granted back to your own grantor")
    old = _find(catalog, role, member, grantor)
    if old is None:
        made = Membership(
            catalog.next_oid,
            role,
            member,
            grantor,
            may_administer=options.get("admin", False),
            inherits=options.get("inherit", names[member].inherits),
            may_set=options.get("set", True),
        )
        return replace(catalog, memberships=(*catalog.memberships, made), next_oid=Oid(made.oid + 1)), []
    new = replace(
        old,
        may_administer=options.get("admin", old.may_administer),
        inherits=options.get("inherit", old.inherits),
        may_set=options.get("set", old.may_set),
    )
    if new == old:
        text = f'role "{names[member].name}" has already been granted membership in role "{names[role].name}"'
        return catalog, [("00000", f'{text} by role "{names[grantor].name}"')]
    return _replaced(catalog, old, new), []


def without_member(
    catalog: Catalog, role: Oid, member: Oid, grantor: Oid, options: Mapping[str, bool], *, cascade: bool
) -> tuple[Catalog, list[Notice]]:
    names = catalog.roles_by_oid
    old = _find(catalog, role, member, grantor)
    if old is None:
        text = f'role "{names[member].name}" has not been granted membership in role "{names[role].name}"'
        return catalog, [("01000", f'{text} by role "{names[grantor].name}"')]
    if not options:
        after = replace(catalog, memberships=tuple(one for one in catalog.memberships if one is not old))
    else:
        new = replace(
            old,
            may_administer=old.may_administer and not options.get("admin"),
            inherits=old.inherits and not options.get("inherit"),
            may_set=old.may_set and not options.get("set"),
        )
        after = _replaced(catalog, old, new)
    if old.may_administer and (not options or options.get("admin")):
        after = _without_grants_of(after, role, member, cascade=cascade)
    return after, []


def _without_grants_of(catalog: Catalog, role: Oid, grantor: Oid, *, cascade: bool) -> Catalog:
    """Return the catalog without what a role granted by an admin option it has lost."""
    if any(one.role == role and one.member == grantor and one.may_administer for one in catalog.memberships):
        return catalog
    dependents = [one for one in catalog.memberships if (one.role, one.grantor) == (role, grantor)]
    if dependents and not cascade:
        raise DependentObjectsStillExist("dependent privileges exist", hint="Use CASCADE to revoke them too.")
    for one in dependents:
        left = tuple(other for other in catalog.memberships if other is not one)
        catalog = replace(catalog, memberships=left)
        if one.may_administer:
            catalog = _without_grants_of(catalog, role, one.member, cascade=True)
    return catalog


def _came_from(catalog: Catalog, role: Oid, grantor: Oid, member: Oid) -> bool:
    """Return whether a grantor would have no admin option but for the member's."""
    givers = {
        one.grantor
        for one in catalog.memberships
        if (one.role, one.member) == (role, grantor) and one.may_administer
    }
    if not givers or BOOTSTRAP in givers:
        return False
    return all(giver == member or _came_from(catalog, role, giver, member) for giver in givers)


def _find(catalog: Catalog, role: Oid, member: Oid, grantor: Oid) -> Membership | None:
    place = (role, member, grantor)
    return next((one for one in catalog.memberships if (one.role, one.member, one.grantor) == place), None)


def _replaced(catalog: Catalog, old: Membership, new: Membership) -> Catalog:
    return replace(catalog, memberships=tuple(new if one is old else one for one in catalog.memberships))


def _options(elements: Iterable[Node]) -> dict[str, bool]:
    found = {}
    for item in elements:
        element = item["DefElem"]
        name = element["defname"]
        if name not in ("admin", "inherit", "set"):
            raise SyntaxError_(f'unrecognized role option "{name}"')
        value = element.get("arg", {}).get("Boolean", {})
        found[name] = bool(value.get("boolval", False))
    return found
