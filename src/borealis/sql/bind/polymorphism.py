"""Polymorphic signatures: anyelement and its family take their types from the arguments.

Source: PostgreSQL 16 documentation 38.2.5.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.errors import DatatypeMismatch, FeatureNotSupported, UndefinedObject
from borealis.functions.signatures import Function
from borealis.sql.bind.coerce import coerce_type, common_type
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.pathways import is_polymorphic, subtype_of
from borealis.sql.bound.expressions import Expr
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.ranges import MULTIRANGE_OF, RANGE_OF
from borealis.types.registry import format_type, type_of
from borealis.types.vector import lower_bound

_ELEMENTS = frozenset((oids.ANYELEMENT, oids.ANYNONARRAY))
_RANGES = frozenset((oids.ANYRANGE, oids.ANYCOMPATIBLERANGE))
_MULTIRANGES = frozenset((oids.ANYMULTIRANGE, oids.ANYCOMPATIBLEMULTIRANGE))
_COMPATIBLE_ELEMENTS = frozenset((oids.ANYCOMPATIBLE, oids.ANYCOMPATIBLENONARRAY))
_EXACT_RANGES = frozenset((oids.ANYRANGE, oids.ANYMULTIRANGE))
_COMPATIBLE_RANGES = frozenset((oids.ANYCOMPATIBLERANGE, oids.ANYCOMPATIBLEMULTIRANGE))


def resolve_polymorphic(
    context: BindContext,
    function: Function,
    declared: Sequence[Oid],
    args: Sequence[Expr],
    position: int | None,
) -> tuple[tuple[Expr, ...], Oid]:
    """Coerce arguments to the declared types, polymorphic ones resolved; return them and the result type."""
    if not any(map(is_polymorphic, (*declared, function.result))):
        coerced = tuple(
            coerce_type(context, arg, oid, position=position) for arg, oid in zip(args, declared, strict=True)
        )
        return coerced, function.result
    element = _element_of_family(context, function, declared, args, position, is_compatible=False)
    compatible = _element_of_family(context, function, declared, args, position, is_compatible=True)
    actual = [_actual(oid, element, compatible, position) for oid in declared]
    coerced = tuple(
        arg if _is_vector_of(arg.type, oid) else coerce_type(context, arg, oid, position=position)
        for arg, oid in zip(args, actual, strict=True)
    )
    return coerced, _actual(function.result, element, compatible, position)


def _element_of_family(
    context: BindContext,
    function: Function,
    declared: Sequence[Oid],
    args: Sequence[Expr],
    position: int | None,
    *,
    is_compatible: bool,
) -> Oid | None:
    """Return the element type that the family's arguments agree on, None where the family does not occur."""
    elements = _COMPATIBLE_ELEMENTS if is_compatible else _ELEMENTS
    array = oids.ANYCOMPATIBLEARRAY if is_compatible else oids.ANYARRAY
    seen: list[Oid] = []
    occurs = False
    for oid, arg in zip(declared, args, strict=True):
        if oid in elements:
            occurs = True
            if arg.type != oids.UNKNOWN:
                seen.append(arg.type)
        elif oid in (_COMPATIBLE_RANGES if is_compatible else _EXACT_RANGES):
            occurs = True
            if arg.type != oids.UNKNOWN:
                seen.append(subtype_of(arg.type))
        elif oid == array:
            occurs = True
            if arg.type != oids.UNKNOWN:
                seen.append(type_of(arg.type).element)
    if not occurs:
        return None
    if not seen:
        if is_compatible:
            return oids.TEXT
        raise DatatypeMismatch("could not determine polymorphic type because input has type unknown")
    if is_compatible:
        from borealis.sql.bound.expressions import Param

        return common_type(context, [Param(oid, -1, 0) for oid in seen], "arguments", position)
    if len(set(seen)) > 1:
        types = [format_type(each, -1) for each in seen]
        raise DatatypeMismatch(
            f'arguments declared "{type_of(oids.ANYELEMENT).name}" are not all alike',
            detail=f"{types[0]} versus {types[1]}",
            position=position,
        )
    return seen[0]


def _actual(oid: Oid, element: Oid | None, compatible: Oid | None, position: int | None) -> Oid:
    if not is_polymorphic(oid):
        return oid
    if oid in _ELEMENTS and element is not None:
        return element
    if oid == oids.ANYARRAY and element is not None:
        return _array_of(element, position)
    if oid in _COMPATIBLE_ELEMENTS and compatible is not None:
        return compatible
    if oid == oids.ANYCOMPATIBLEARRAY and compatible is not None:
        return _array_of(compatible, position)
    family = compatible if oid in _COMPATIBLE_RANGES else element
    if oid in (*_RANGES, *_MULTIRANGES) and family is not None:
        if family not in RANGE_OF:
            raise UndefinedObject(f"could not find range type for data type {format_type(family, -1)}")
        return RANGE_OF[family] if oid in _RANGES else MULTIRANGE_OF[RANGE_OF[family]]
    raise FeatureNotSupported(f"type {type_of(oid).name} not supported", position=position)


def _is_vector_of(given: Oid, wanted: Oid) -> bool:
    """Whether an int2vector or oidvector is given for an array: it stays one, since its subscripts begin at 0."""
    return lower_bound(given) == 0 and type_of(given).element == type_of(wanted).element


def _array_of(element: Oid, position: int | None) -> Oid:
    array = type_of(element).array
    if not array:
        raise FeatureNotSupported(
            f"could not find array type for data type {format_type(element, -1)}", position=position
        )
    return array
