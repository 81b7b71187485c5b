"""Membership: what a role is through others. Everything is transitive, and a role is itself.

    inherited_by     the roles whose privileges it has without a word
    memberships_of   the roles it is a member of, whatever of them it gets
    may_set          whether it may become another by SET ROLE
    may_administer   whether it may grant another role to others

Source: PostgreSQL 16, acl.c (roles_is_member_of).
"""

from __future__ import annotations

from collections.abc import Callable

from borealis.catalog.catalog import Catalog
from borealis.catalog.roles import Membership
from borealis.types.base import Oid


def inherited_by(catalog: Catalog, role: Oid) -> frozenset[Oid]:
    return _closure(catalog, role, lambda one: one.inherits)


def memberships_of(catalog: Catalog, role: Oid) -> frozenset[Oid]:
    return _closure(catalog, role, lambda one: True)


def may_set(catalog: Catalog, role: Oid, other: Oid) -> bool:
    return other in _closure(catalog, role, lambda one: one.may_set)


def may_administer(catalog: Catalog, role: Oid, other: Oid) -> bool:
    return administrator(catalog, role, other) is not None


def administrator(catalog: Catalog, role: Oid, other: Oid) -> Oid | None:
    """Return the role that a role grants another one as: itself, or one it is a member of, with the admin option; or None."""
    own = memberships_of(catalog, role)
    found = [one.member for one in catalog.memberships if one.role == other and one.may_administer]
    if role in found:
        return role
    return next((one for one in found if one in own), None)


def _closure(catalog: Catalog, role: Oid, passes: Callable[[Membership], bool]) -> frozenset[Oid]:
    if not catalog.memberships:
        return frozenset((role,))
    found, pending = {role}, [role]
    while pending:
        member = pending.pop()
        for one in catalog.memberships:
            if one.member == member and one.role not in found and passes(one):
                found.add(one.role)
                pending.append(one.role)
    return frozenset(found)
