"""JSON as records: what json_populate_record, json_to_record and their sets are compiled to call.

    pg_json_object_checked(json)           raises unless it is an object
    pg_json_member(json, name, type)       the text a column of the type is read from; NULL for null, or where there is none
    pg_json_has_member(json, name)

The binder knows the columns, so it casts each one's text by itself (RowFrom); a set's rows are the elements of the array.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from borealis.errors import InvalidParameterValue, InvalidTextRepresentation
from borealis.functions.implementation import scalar, set_returning
from borealis.functions.json.encoding import JSON_TYPES, is_array
from borealis.functions.json.scan import as_text, elements, first, members
from borealis.types.array_text import quoted_element
from borealis.types.base import Oid, Value
from borealis.types.registry import type_of
from borealis.types.row_types import is_row_type


@scalar("json_object_checked")
def checked(text: str) -> int:
    kind = first(text)
    if kind != "{":
        raise InvalidParameterValue(
            f"cannot call populate_composite on {'an array' if kind == '[' else 'a scalar'}"
        )
    return 1


@lru_cache(maxsize=16)
def _members(text: str) -> dict[str, str]:
    """Of members with one key the last counts."""
    return dict(members(text))


@scalar("json_has_member")
def has_member(text: str, name: str) -> int:
    return int(name in _members(text))


@scalar("json_member")
def member(text: str, name: str, type_: int) -> Value:
    found = _members(text).get(name)
    if found is None or found.strip() == "null":
        return None
    if type_ in JSON_TYPES or is_row_type(type_):
        return found
    if is_array(Oid(type_)) and first(found) != '"':
        return _ArrayReader(name, type_of(Oid(type_)).element).array(found)
    return as_text(found)


class _ArrayReader:
    """Reads a JSON array as an array's text: the first element of each level says how deep the array is."""

    def __init__(self, name: str, element: Oid) -> None:
        self.name = name
        self.is_json = element in JSON_TYPES
        self.depth = 0  # 0: not known yet
        self.lengths: dict[int, int] = {}  # by level, from 1
        self.path: list[int] = []  # the ordinals from 0 of the element that is read, outermost first

    def array(self, text: str) -> str:
        found = self._nested(text)
        return "{}" if 0 in self.lengths.values() else found

    def _nested(self, text: str) -> str:
        if first(text) != "[":
            raise self._expected_array()
        level = len(self.path) + 1
        items = list(elements(text))
        if not self.depth and not (items and first(items[0]) == "["):
            self.depth = level
        parts = []
        for ordinal, item in enumerate(items):
            self.path.append(ordinal)
            parts.append(self._element(item) if level == self.depth else self._nested(item))
            self.path.pop()
        if self.lengths.setdefault(level, len(items)) != len(items):
            raise InvalidTextRepresentation(
                "malformed JSON array",
                detail="Multidimensional arrays must have sub-arrays with matching dimensions.",
            )
        return "{" + ",".join(parts) + "}"

    def _element(self, text: str) -> str:
        value = as_text(text)
        if value is None:
            return "NULL"
        return quoted_element(text if self.is_json else value)

    def _expected_array(self) -> InvalidTextRepresentation:
        indices = "".join(f"[{ordinal}]" for ordinal in self.path)
        place = f"the array element {indices} of" if indices else "the value of"
        return InvalidTextRepresentation("expected JSON array", hint=f'See {place} key "{self.name}".')


def _objects(text: str, name: str, on_object: str, on_scalar: str) -> Iterator[tuple[Value]]:
    kind = first(text)
    if kind != "[":
        raise InvalidParameterValue(f"cannot call {name} on {on_object if kind == '{' else on_scalar}")
    for element in elements(text):
        if first(element) != "{":
            raise InvalidParameterValue(f"argument of {name} must be an array of objects")
        yield (element,)


def _register(name: str, on_object: str, on_scalar: str) -> None:
    @set_returning(f"{name}_to_recordset", strict=False)
    def to_recordset(text: Value) -> Iterator[tuple[Value]]:
        return iter(()) if text is None else _objects(str(text), f"{name}_to_recordset", on_object, on_scalar)

    @set_returning(f"{name}_populate_recordset", strict=False)
    def populate(base: Value, text: Value, as_text_: Value = None) -> Iterator[tuple[Value]]:
        if text is None:
            return iter(())
        return _objects(str(text), f"{name}_populate_recordset", on_object, on_scalar)


_register("json", "an object", "a scalar")
_register("jsonb", "a non-array", "a non-array")
