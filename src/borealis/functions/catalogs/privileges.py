"""has_*_privilege and pg_has_role: there is one role, admin, who may do everything; words are checked all the same."""

from __future__ import annotations

from borealis.errors import InvalidParameterValue
from borealis.functions.implementation import scalar
from borealis.functions.signatures import functions
from borealis.types.base import Value

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


def _register(key: str, words: frozenset[str]) -> None:
    @scalar(key)
    def has_privilege(*arguments: Value) -> int:
        for word in str(arguments[-1]).split(","):
            bare = word.strip().upper().removesuffix(_GRANT_OPTION).removesuffix(_ADMIN_OPTION)
            if bare not in words:
                raise InvalidParameterValue(f'unrecognized privilege type: "{word.strip()}"')
        return 1


for _function in functions().values():
    if _function.name in _WORDS:
        _register(_function.source, _WORDS[_function.name])
