"""What a role holds on an object: what was granted to it, and to everybody. Source: PostgreSQL 16 documentation, "Privileges"."""

from __future__ import annotations

from borealis.catalog.catalog import Catalog
from borealis.catalog.roles import ADMIN, PUBLIC
from borealis.storage.catalog_tables import PUBLIC_NAMESPACE
from borealis.types.base import Oid


def letters_of(catalog: Catalog, object_: Oid, grantee: Oid) -> set[str]:
    """Return the letters granted to a role itself, or to PUBLIC, on an object."""
    everybody = "U" if (object_, grantee) == (PUBLIC_NAMESPACE, PUBLIC) else ""
    return set(catalog.privileges.get(object_, {}).get(grantee, everybody))


def may(catalog: Catalog, role: Oid, object_: Oid, letters: str) -> bool:
    """Return whether a role holds all of these on an object, itself or through PUBLIC; admin, who owns it, does."""
    if role == ADMIN.oid:
        return True
    held = letters_of(catalog, object_, role) | letters_of(catalog, object_, PUBLIC)
    return held.issuperset(letters)
