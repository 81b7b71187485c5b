"""Roles, the IAM principals that may connect as them, and the privileges granted to them.

The admin role is of every cluster and no row; it owns every object. Source: dsql-facts.md §2.4, §2.5; PostgreSQL 16, acl.h for letters.
"""

from __future__ import annotations

from dataclasses import dataclass

from borealis.storage.catalog_tables import ADMIN_ROLE
from borealis.types.base import Oid

PUBLIC = Oid(0)
"""The grantee of what everybody may do."""


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
class Grant:
    """What a role may do with an object: the object's oid, its catalog's, and letters as in an aclitem."""

    object: Oid
    catalog: Oid
    grantee: Oid
    privileges: str
