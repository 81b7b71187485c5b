"""aclitem arrays: relacl, attacl, nspacl, proacl, typacl, as psql's lists of privileges show them. Source: PostgreSQL 16, acl.c."""

from __future__ import annotations

from borealis.catalog.catalog import Catalog
from borealis.catalog.privileges import Owned, securable
from borealis.catalog.roles import PUBLIC, AclItem
from borealis.catalog.system.rows import array
from borealis.storage.catalog_tables import PG_CLASS
from borealis.types.acl_item import item_text
from borealis.types.base import Oid


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
    letters = {letter: letter in item.options for letter in item.letters | item.options}
    return item_text(
        names.get(item.grantee, str(item.grantee)), letters, names.get(item.grantor, str(item.grantor))
    )
