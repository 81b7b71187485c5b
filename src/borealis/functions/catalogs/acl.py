"""Functions over aclitem arrays: aclexplode, acldefault, makeaclitem, aclcontains. Source: PostgreSQL 16 documentation §9.26.2; acl.c."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.errors import FeatureNotSupported, InvalidParameterValue, UndefinedObject
from borealis.functions.implementation import Context, scalar, set_returning
from borealis.types import oids
from borealis.types.acl_item import LETTERS, item_text, read_item
from borealis.types.array import pack, unpack
from borealis.types.base import Oid, Value

_WORDS = dict(
    zip(
        LETTERS,
        (
            "INSERT",
            "SELECT",
            "UPDATE",
            "DELETE",
            "TRUNCATE",
            "REFERENCES",
            "TRIGGER",
            "EXECUTE",
            "USAGE",
            "CREATE",
            "TEMPORARY",
            "CONNECT",
            "SET",
            "ALTER SYSTEM",
        ),
        strict=True,
    )
)
_LETTERS = {word: letter for letter, word in _WORDS.items()} | {"TEMP": "T"}

_DEFAULTS = {
    "c": ("", ""),
    "r": ("", "arwdDxt"),
    "s": ("", "rwU"),
    "d": ("Tc", "CTc"),
    "f": ("X", "X"),
    "l": ("U", "U"),
    "L": ("", "rw"),
    "n": ("", "UC"),
    "p": ("", "sA"),
    "t": ("", "C"),
    "F": ("", "U"),
    "S": ("", "U"),
    "T": ("U", "U"),
}
"""By kind of object, what everybody holds and what its owner does."""


@set_returning("aclexplode", columns=4, context=True)
def aclexplode(context: Context, acl: str) -> Iterator[tuple[Value, ...]]:
    for item in unpack(acl):
        grantee, letters, grantor = read_item(str(item))
        by, to = _oid(context, grantor), _oid(context, grantee)
        for letter, word in _WORDS.items():
            if letter in letters:
                yield by, to, word, int(letters[letter])


@scalar("acldefault_sql", context=True, deterministic=False)
def acldefault(context: Context, kind: str, owner: int) -> str:
    if kind not in _DEFAULTS:
        raise InvalidParameterValue(f"unrecognized object type abbreviation: {kind}")
    everybody, own = _DEFAULTS[kind]
    name = _name(context, owner)
    items = [item_text("", dict.fromkeys(everybody, False), name)] if everybody else []
    return pack([*items, item_text(name, dict.fromkeys(own, False), name)] if own else items)


@scalar("makeaclitem", context=True, deterministic=False)
def makeaclitem(context: Context, grantee: int, grantor: int, privileges: str, is_grantable: int) -> str:
    letters = {}
    for word in privileges.split(","):
        letter = _LETTERS.get(word.strip().upper())
        if letter is None and word.strip().upper() != "RULE":
            raise InvalidParameterValue(f'unrecognized privilege type: "{word.strip()}"')
        if letter is not None:
            letters[letter] = bool(is_grantable)
    return item_text(_name(context, grantee) if grantee else "", letters, _name(context, grantor))


@scalar("aclcontains")
def aclcontains(acl: str, item: str) -> int:
    grantee, letters, grantor = read_item(item)
    for one in unpack(acl):
        its_grantee, its_letters, its_grantor = read_item(str(one))
        if (its_grantee, its_grantor) == (grantee, grantor) and all(
            letter in its_letters and its_letters[letter] >= with_option
            for letter, with_option in letters.items()
        ):
            return 1
    return 0


@scalar("aclitem_eq")
def aclitem_eq(one: str, other: str) -> int:
    return int(one == other)


@scalar("aclinsert")
def aclinsert(acl: str, item: str) -> str:
    raise FeatureNotSupported("aclinsert is no longer supported")


@scalar("aclremove")
def aclremove(acl: str, item: str) -> str:
    raise FeatureNotSupported("aclremove is no longer supported")


def _oid(context: Context, name: str) -> int:
    if not name:
        return 0
    assert context.style.names is not None, "the executor sets it before each statement"
    quoted = name.replace('"', '""')
    try:
        return context.style.names.oid_of(oids.REGROLE, f'"{quoted}"')
    except UndefinedObject:
        return int(name)  # of a role dropped since, its number


def _name(context: Context, oid: int) -> str:
    assert context.style.names is not None, "the executor sets it before each statement"
    role = context.catalog.roles_by_oid.get(Oid(oid))
    if role is not None:
        return role.name
    return context.style.names.name_of(oids.REGROLE, Oid(oid)) or str(oid)
