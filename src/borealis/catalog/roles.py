"""Roles, who is a member of whom, the IAM principals that may connect as them, and the privileges granted to them.

The admin role is of every cluster and no row. Privileges are letters as in an aclitem:

    r SELECT  a INSERT  w UPDATE  d DELETE  D TRUNCATE  x REFERENCES  t TRIGGER  X EXECUTE  U USAGE  C CREATE

Source: dsql-facts.md §2.4, §2.5; PostgreSQL 16, acl.h for letters, pg_auth_members.h, pg_default_acl.h.
"""

from __future__ import annotations

from dataclasses import dataclass

from borealis.storage.catalog_tables import ADMIN_ROLE
from borealis.types.base import Oid

PUBLIC = Oid(0)
"""The grantee of what everybody may do."""

BOOTSTRAP = Oid(10)
"""Who granted admin the roles it makes: PostgreSQL's first superuser, as whom nobody connects."""


@dataclass(frozen=True, slots=True)
class Role:
    oid: Oid
    name: str
    can_login: bool = False
    inherits: bool = True


ADMIN = Role(Oid(ADMIN_ROLE), "admin", can_login=True)


@dataclass(frozen=True, slots=True)
class RoleMapping:
    """AWS IAM GRANT: a principal that may connect as a role."""

    oid: Oid
    arn: str
    role: Oid
    grantor: Oid


@dataclass(frozen=True, slots=True)
class Membership:
    """GRANT role TO member: what the member gets of it."""

    oid: Oid
    role: Oid
    member: Oid
    grantor: Oid
    may_administer: bool
    inherits: bool
    may_set: bool


@dataclass(frozen=True, slots=True)
class AclItem:
    """What a role may do, and which of it it may grant on, by whose grant."""

    grantee: Oid
    grantor: Oid
    letters: frozenset[str]
    options: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Acl:
    """The privileges on an object, or on one of its columns: said in full; an object without one has its kind's defaults."""

    object: Oid
    catalog: Oid
    column: int
    items: tuple[AclItem, ...]


@dataclass(frozen=True, slots=True)
class DefaultAcl:
    """ALTER DEFAULT PRIVILEGES: what objects of a kind that a role makes begin with; schema 0 is anywhere, and said in full."""

    role: Oid
    schema: Oid
    kind: str  # r tables and views, S sequences, f functions, T types, n schemas
    items: tuple[AclItem, ...]
