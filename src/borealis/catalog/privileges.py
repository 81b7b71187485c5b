"""What a role may do with an object: by the object's ACL, or its kind's default where none was ever said.

The owner holds what its item says like anybody, but may always grant everything. A role also holds what PUBLIC holds, and what the
roles do whose privileges it inherits. Source: PostgreSQL 16 documentation, "Privileges"; acl.c (acldefault, aclmask).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from borealis.catalog.catalog import Catalog
from borealis.catalog.membership import inherited_by
from borealis.catalog.objects import Domain, Function
from borealis.catalog.relations import Sequence, Table, View
from borealis.catalog.roles import PUBLIC, AclItem
from borealis.catalog.schema import Schema
from borealis.storage.catalog_tables import PG_CLASS, PG_NAMESPACE, PG_PROC, PG_TYPE
from borealis.types.base import Oid

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of objects that privileges are granted on."""

    name: str  # as messages have it
    letters: frozenset[str]
    of_public: frozenset[str] = NOTHING


TABLE = Kind("table", frozenset("arwdDxt"))
VIEW = Kind("view", frozenset("arwdDxt"))
COLUMN = Kind("column", frozenset("arwx"))
SEQUENCE = Kind("sequence", frozenset("rwU"))
SCHEMA = Kind("schema", frozenset("UC"))
FUNCTION = Kind("function", frozenset("X"), frozenset("X"))
TYPE = Kind("type", frozenset("U"), frozenset("U"))

Owned = Table | View | Sequence | Schema | Function | Domain


@dataclass(frozen=True, slots=True)
class Securable:
    """An object as privileges see it."""

    catalog: Oid
    oid: Oid
    owner: Oid
    kind: Kind
    name: str


def securable(described: Owned) -> Securable:
    match described:
        case Schema():
            catalog, kind = PG_NAMESPACE, SCHEMA
        case Function():
            catalog, kind = PG_PROC, FUNCTION
        case Domain():
            catalog, kind = PG_TYPE, TYPE
        case Sequence():
            catalog, kind = PG_CLASS, SEQUENCE
        case View():
            catalog, kind = PG_CLASS, VIEW
        case Table():
            catalog, kind = PG_CLASS, TABLE
    return Securable(Oid(catalog), described.oid, described.owner, kind, described.name)


def default_items(owner: Oid, kind: Kind) -> tuple[AclItem, ...]:
    items = (AclItem(owner, owner, kind.letters),)
    return (AclItem(PUBLIC, owner, kind.of_public), *items) if kind.of_public else items


def items_of(catalog: Catalog, object_: Securable, column: int = 0) -> tuple[AclItem, ...]:
    """Return the ACL of an object, or of a column of it, which has none by default."""
    said = catalog.acls_by_place.get((object_.catalog, object_.oid, column))
    if said is not None:
        return said
    return () if column else default_items(object_.owner, object_.kind)


def held(catalog: Catalog, role: Oid, object_: Securable, column: int = 0) -> frozenset[str]:
    """Return the letters a role holds on an object, or on one of its columns beside those."""
    return held_in(items_of(catalog, object_, column), inherited_by(catalog, role))


def held_in(items: Iterable[AclItem], roles: frozenset[Oid]) -> frozenset[str]:
    """Return the letters that any of the roles, or everybody, holds by an ACL."""
    return NOTHING.union(*(one.letters for one in items if one.grantee == PUBLIC or one.grantee in roles))


def grantable_in(items: Iterable[AclItem], roles: frozenset[Oid], owner: Oid, kind: Kind) -> frozenset[str]:
    """Return the letters that any of the roles may grant on."""
    if owner in roles:
        return kind.letters
    return NOTHING.union(*(one.options for one in items if one.grantee in roles))


def grantable(catalog: Catalog, role: Oid, object_: Securable, column: int = 0) -> frozenset[str]:
    roles = inherited_by(catalog, role)
    return grantable_in(items_of(catalog, object_, column), roles, object_.owner, object_.kind)


def may(catalog: Catalog, role: Oid, described: Owned, letters: str) -> bool:
    """Return whether a role holds all of these on an object."""
    return held(catalog, role, securable(described)).issuperset(letters)


def owns(catalog: Catalog, role: Oid, owner: Oid) -> bool:
    """Return whether a role may do what an owner may."""
    return owner in inherited_by(catalog, role)
