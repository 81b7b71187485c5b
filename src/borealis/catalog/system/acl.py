"""aclitem arrays: relacl, attacl, nspacl, proacl, typacl, as psql's lists of privileges show them. Source: PostgreSQL 16, acl.c."""

from __future__ import annotations

from borealis.catalog.catalog import Catalog
from borealis.catalog.privileges import Owned, securable
from borealis.catalog.roles import PUBLIC, AclItem
from borealis.catalog.system.rows import array
from borealis.storage.catalog_tables import PG_CLASS
from borealis.types.base import Oid

_ORDER = "arwdDxtXUC"


def acl_of(catalog: Catalog, described: Owned) -> str | None:
    """Return the privileges on an object as they were said; None for its kind's defaults."""
    thing = securable(described)
    items = catalog.acls_by_place.get((thing.catalog, thing.oid, 0))
    return None if items is None else acl_array(catalog, items)


def column_acl(catalog: Catalog, relation: Oid, column: int) -> str | None:
    items = catalog.acls_by_place.get((Oid(PG_CLASS), relation, column))
    return None if items is None else acl_array(catalog, items)


def acl_array(catalog: Catalog, items: tuple[AclItem, ...]) -> str:
    names = {oid: role.name for oid, role in catalog.roles_by_oid.items()} | {PUBLIC: ""}
    return array([_item(one, names) for one in items if one.letters or one.options])


def _item(item: AclItem, names: dict[Oid, str]) -> str:
    letters = "".join(
        f"{letter}*" if letter in item.options else letter
        for letter in _ORDER
        if letter in item.letters | item.options
    )
    return f"{_written(names.get(item.grantee, str(item.grantee)))}={letters}/{_written(names.get(item.grantor, str(item.grantor)))}"


def _written(name: str) -> str:
    """Return a name as in an aclitem: in quotes unless it is letters, digits and underscores."""
    if all(letter == "_" or (letter.isascii() and letter.isalnum()) for letter in name):
        return name
    return '"' + name.replace('"', '""') + '"'
