"""aclitem arrays: relacl and nspacl, as psql's lists of privileges show them. Source: PostgreSQL 16, acl.c."""

from __future__ import annotations

from borealis.catalog.catalog import Catalog
from borealis.catalog.roles import ADMIN, PUBLIC
from borealis.catalog.system.rows import array
from borealis.storage.catalog_tables import PUBLIC_NAMESPACE
from borealis.types.base import Oid

_ORDER = "arwdDxtXUC"
RELATION, SEQUENCE, SCHEMA = "arwdDxt", "rwU", "UC"
"""What an owner holds."""


def acl(catalog: Catalog, object_: Oid, owned: str) -> str | None:
    """Return the privileges on an object, its owner's first; None where nothing was ever granted."""
    held = dict(catalog.privileges.get(object_, {}))
    if object_ == PUBLIC_NAMESPACE:
        held.setdefault(PUBLIC, "U")
    if not held:
        return None
    names = {role.oid: role.name for role in catalog.roles} | {PUBLIC: ""}
    items = [f"{ADMIN.name}={_in_order(owned)}/{ADMIN.name}"]
    items += [
        f"{_written(names[grantee])}={_in_order(letters)}/{ADMIN.name}"
        for grantee, letters in sorted(held.items())
        if letters and grantee in names
    ]
    return array(items)


def _in_order(letters: str) -> str:
    return "".join(sorted(letters, key=_ORDER.index))


def _written(name: str) -> str:
    """Return a name as in an aclitem: in quotes unless it is letters, digits and underscores."""
    if all(letter == "_" or (letter.isascii() and letter.isalnum()) for letter in name):
        return name
    return '"' + name.replace('"', '""') + '"'
