"""Coercion pathways: whether and how one type becomes another, from pg_cast and PostgreSQL's rules for the rest.

Source: PostgreSQL 16 documentation, chapter 10 and CREATE CAST.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from borealis.functions.signatures import Function, casts, functions
from borealis.types import oids
from borealis.types.base import Oid, Type
from borealis.types.ranges import RANGE_OF_MULTIRANGE, SUBTYPES
from borealis.types.registry import type_of
from borealis.types.row_types import is_array_of_rows, is_row_type


class CoercionContext(enum.IntEnum):
    IMPLICIT = 0
    ASSIGNMENT = 1
    EXPLICIT = 2


class Method(enum.Enum):
    FUNCTION = enum.auto()
    RELABEL = enum.auto()
    VIA_IO = enum.auto()
    ARRAY = enum.auto()


@dataclass(frozen=True, slots=True)
class Pathway:
    method: Method
    function: Function | None = None


_CAST_CONTEXTS = {
    "i": CoercionContext.IMPLICIT,
    "a": CoercionContext.ASSIGNMENT,
    "e": CoercionContext.EXPLICIT,
}
_POLYMORPHIC = frozenset(
    (
        oids.ANYELEMENT,
        oids.ANYARRAY,
        oids.ANYNONARRAY,
        oids.ANYENUM,
        oids.ANYRANGE,
        oids.ANYMULTIRANGE,
        oids.ANYCOMPATIBLE,
        oids.ANYCOMPATIBLEARRAY,
        oids.ANYCOMPATIBLENONARRAY,
        oids.ANYCOMPATIBLERANGE,
        oids.ANYCOMPATIBLEMULTIRANGE,
    )
)
_ARRAYS_ONLY = frozenset((oids.ANYARRAY, oids.ANYCOMPATIBLEARRAY))
_ANY_RANGES = frozenset((oids.ANYRANGE, oids.ANYCOMPATIBLERANGE))
_ANY_MULTIRANGES = frozenset((oids.ANYMULTIRANGE, oids.ANYCOMPATIBLEMULTIRANGE))
_VECTORS = frozenset((oids.INT2VECTOR, oids.OIDVECTOR))
_NON_ARRAYS = frozenset((oids.ANYNONARRAY, oids.ANYCOMPATIBLENONARRAY))


def is_polymorphic(oid: Oid) -> bool:
    return oid in _POLYMORPHIC


def is_array(type_: Type) -> bool:
    return type_.category == "A" and type_.element != 0


def find_pathway(source: Oid, target: Oid, context: CoercionContext) -> Pathway | None:
    """Return how a value of one type becomes another in this context, or None if it does not."""
    if source == target:
        return Pathway(Method.RELABEL)
    cast = casts().get((source, target))
    if cast is not None:
        if context < _CAST_CONTEXTS[cast.context]:
            return None
        if cast.method == "f":
            return Pathway(Method.FUNCTION, functions()[cast.function])
        return Pathway(Method.RELABEL if cast.method == "b" else Method.VIA_IO)
    source_type, target_type = type_of(source), type_of(target)
    # int2vector and oidvector would capture what is meant for real arrays: nothing is coerced to them.
    if is_array(source_type) and is_array(target_type) and target not in _VECTORS:
        element = find_pathway(source_type.element, target_type.element, context)
        if element is not None:
            return element if element.method is Method.RELABEL else Pathway(Method.ARRAY)
        return None
    # Anything goes to text by its output form when assigned, and comes from text by its input form when said.
    if context >= CoercionContext.ASSIGNMENT and target_type.category == "S":
        return Pathway(Method.VIA_IO)
    if context >= CoercionContext.EXPLICIT and source_type.category == "S":
        return Pathway(Method.VIA_IO)
    return None


def can_coerce(source: Oid, target: Oid, context: CoercionContext = CoercionContext.IMPLICIT) -> bool:
    """Return whether an argument of the source type fits a place of the target type."""
    if source in (target, oids.UNKNOWN) or target == oids.ANY:
        return True
    if target in _POLYMORPHIC:
        if target == oids.ANYENUM:
            return False
        if target in _ANY_RANGES:
            return source in SUBTYPES
        if target in _ANY_MULTIRANGES:
            return source in RANGE_OF_MULTIRANGE
        source_is_array = is_array(type_of(source))
        return source_is_array if target in _ARRAYS_ONLY else not (source_is_array and target in _NON_ARRAYS)
    if target == oids.RECORD:
        return is_row_type(source)
    if target == oids.RECORDARRAY:
        return is_array_of_rows(source)
    if source == oids.RECORD and is_row_type(target):
        return True
    return find_pathway(source, target, context) is not None


def is_consistent(given: Sequence[Oid], declared: Sequence[Oid]) -> bool:
    """Return whether the polymorphic arguments agree: elements with arrays' elements, each of the two families apart."""
    exact = _elements(given, declared, _EXACT)
    if len(exact) > 1:
        return False
    compatible = _elements(given, declared, _COMPATIBLE)
    return len(compatible) <= 1 or any(
        all(can_coerce(other, common) for other in compatible) for common in compatible
    )


_EXACT = frozenset((oids.ANYELEMENT, oids.ANYNONARRAY, oids.ANYARRAY, oids.ANYRANGE, oids.ANYMULTIRANGE))
_COMPATIBLE = frozenset(
    (
        *(oids.ANYCOMPATIBLE, oids.ANYCOMPATIBLENONARRAY, oids.ANYCOMPATIBLEARRAY),
        *(oids.ANYCOMPATIBLERANGE, oids.ANYCOMPATIBLEMULTIRANGE),
    )
)


def _elements(given: Sequence[Oid], declared: Sequence[Oid], family: frozenset[Oid]) -> set[Oid]:
    """Return the known types that a family's arguments give its element."""
    found = set()
    for source, target in zip(given, declared, strict=True):
        if source == oids.UNKNOWN or target not in family:
            continue
        if target in _ARRAYS_ONLY:
            found.add(type_of(source).element)
        elif target in _ANY_RANGES or target in _ANY_MULTIRANGES:
            found.add(subtype_of(source))
        else:
            found.add(source)
    return found


def subtype_of(oid: Oid) -> Oid:
    """Return what the bounds of a range or multirange type are."""
    return SUBTYPES[RANGE_OF_MULTIRANGE.get(oid, oid)]


def length_coercion(oid: Oid) -> Function | None:
    """Return the function that applies a typmod to a value of the type, `varchar(varchar, int4, bool)`."""
    cast = casts().get((oid, oid))
    return functions()[cast.function] if cast is not None else None
