"""has_*_privilege and pg_has_role: admin may do everything, others what was granted; nobody is a member of another role.

Relations and schemas keep privileges; of other kinds everybody holds what PostgreSQL gives PUBLIC. System catalogs may be read.
"""

from __future__ import annotations

from borealis.catalog.privileges import may
from borealis.catalog.roles import ADMIN, PUBLIC
from borealis.catalog.system.cluster import SUPERUSER
from borealis.errors import InvalidParameterValue, UndefinedObject
from borealis.functions.implementation import Context, scalar
from borealis.functions.signatures import functions
from borealis.types import oids
from borealis.types.base import Oid, Value

_TABLE = frozenset(["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"])
_COLUMN = frozenset(["SELECT", "INSERT", "UPDATE", "REFERENCES"])
_WORDS = {
    "has_table_privilege": _TABLE | {"RULE"},
    "has_any_column_privilege": _COLUMN,
    "has_column_privilege": _COLUMN,
    "has_schema_privilege": frozenset({"CREATE", "USAGE"}),
    "has_database_privilege": frozenset({"CREATE", "TEMPORARY", "TEMP", "CONNECT"}),
    "has_sequence_privilege": frozenset({"USAGE", "SELECT", "UPDATE"}),
    "has_function_privilege": frozenset({"EXECUTE"}),
    "has_type_privilege": frozenset({"USAGE"}),
    "has_tablespace_privilege": frozenset({"CREATE"}),
    "has_language_privilege": frozenset({"USAGE"}),
    "has_parameter_privilege": frozenset({"SET", "ALTER SYSTEM"}),
    "pg_has_role": frozenset({"USAGE", "MEMBER", "SET"}),
}
_GRANT_OPTION = " WITH GRANT OPTION"
_ADMIN_OPTION = " WITH ADMIN OPTION"


_LETTERS = {
    "SELECT": "r",
    "INSERT": "a",
    "UPDATE": "w",
    "DELETE": "d",
    "TRUNCATE": "D",
    "REFERENCES": "x",
    "TRIGGER": "t",
    "USAGE": "U",
    "CREATE": "C",
}
_OF_PUBLIC = {
    "has_database_privilege": frozenset({"TEMPORARY", "TEMP", "CONNECT"}),
    "has_function_privilege": frozenset({"EXECUTE"}),
    "has_type_privilege": frozenset({"USAGE"}),
    "has_language_privilege": frozenset({"USAGE"}),
    "has_tablespace_privilege": frozenset[str](),
    "has_parameter_privilege": frozenset[str](),
}


def _register(name: str, key: str, arity: int, words: frozenset[str]) -> None:
    names_role = arity == (4 if name == "has_column_privilege" else 3)

    @scalar(key, context=True, deterministic=False)
    def has_privilege(context: Context, *arguments: Value) -> int:
        asked = [word.strip() for word in str(arguments[-1]).split(",")]
        plain = [one.upper() for one in asked]
        for word, upper in zip(asked, plain, strict=True):
            if upper.removesuffix(_GRANT_OPTION).removesuffix(_ADMIN_OPTION) not in words:
                raise InvalidParameterValue(f'unrecognized privilege type: "{word}"')
        role = _role(context, arguments[0] if names_role else context.session_user)
        if role in (ADMIN.oid, SUPERUSER):
            return 1
        return int(any(_holds(context, name, role, arguments[int(names_role)], word) for word in plain))


def _holds(context: Context, name: str, role: Oid, object_: Value, word: str) -> bool:
    if name == "pg_has_role":
        return role == _role(context, object_) and not word.endswith(_ADMIN_OPTION)
    if name in _OF_PUBLIC:
        return word in _OF_PUBLIC[name]
    letter = _LETTERS.get(word)  # none WITH GRANT OPTION, which nobody but the owner has
    if letter is None:
        return False
    kind = oids.REGNAMESPACE if name == "has_schema_privilege" else oids.REGCLASS
    oid = _oid(context, kind, object_)
    if kind == oids.REGCLASS and oid not in context.catalog.relations_by_oid:
        return letter == "r"
    return may(context.catalog, role, oid, letter)


def _oid(context: Context, kind: Oid, named: Value) -> Oid:
    if isinstance(named, int):
        return Oid(named)
    assert context.style.names is not None, "the executor sets it before each statement"
    return Oid(context.style.names.oid_of(kind, str(named)))


def _role(context: Context, named: Value) -> Oid:
    if isinstance(named, int):
        return Oid(named)
    if named == "public":
        return PUBLIC
    name = str(named)
    role = context.catalog.roles_by_name.get(name)
    if role is None:
        raise UndefinedObject(f'role "{name}" does not exist')
    return role.oid


for _function in functions().values():
    if _function.name in _WORDS:
        _register(_function.name, _function.source, len(_function.args), _WORDS[_function.name])
