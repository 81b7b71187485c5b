"""nextval, currval, lastval, setval, pg_sequence_parameters: what they give is the session's and the disk's (Context.sequences)."""

from __future__ import annotations

from borealis.errors import FeatureNotSupported, UndefinedObject
from borealis.functions.implementation import Context, Sequences, scalar
from borealis.types import oids, record
from borealis.types.base import Oid, Value
from borealis.types.row_types import Shape


def _sequences(context: Context) -> Sequences:
    if context.sequences is None:
        raise FeatureNotSupported("sequences are not supported here")
    return context.sequences


@scalar("nextval_oid", context=True, deterministic=False)
def nextval(context: Context, oid: int) -> int:
    return _sequences(context).nextval(Oid(oid))


@scalar("currval_oid", context=True, deterministic=False)
def currval(context: Context, oid: int) -> int:
    return _sequences(context).currval(Oid(oid))


@scalar("lastval", context=True, deterministic=False)
def lastval(context: Context) -> int:
    return _sequences(context).lastval()


@scalar("setval_oid", context=True, deterministic=False)
def setval(context: Context, oid: int, value: int) -> int:
    return _sequences(context).setval(Oid(oid), value, is_called=True)


@scalar("setval3_oid", context=True, deterministic=False)
def setval_called(context: Context, oid: int, value: int, is_called: int) -> int:
    return _sequences(context).setval(Oid(oid), value, is_called=bool(is_called))


@scalar("pg_sequence_last_value", context=True, deterministic=False)
def pg_sequence_last_value(context: Context, oid: int) -> Value:
    return _sequences(context).last_value(Oid(oid))


_PARAMETERS = Shape(
    ("start_value", "minimum_value", "maximum_value", "increment", "cycle_option", "cache_size", "data_type"),
    (*(oids.INT8,) * 4, oids.BOOL, oids.INT8, oids.OID),
    (-1,) * 7,
).text


@scalar("pg_sequence_parameters", context=True, deterministic=False)
def pg_sequence_parameters(context: Context, oid: int) -> str:
    """Return what a sequence was made with. Raises: UndefinedObject 42704."""
    for one in context.catalog.sequences:
        if one.oid == oid:
            values = (one.start, one.minimum, one.maximum, one.increment, int(one.is_cyclic), one.cache)
            return record.make(_PARAMETERS, (*values, oids.INT8))
    raise UndefinedObject(f"cache lookup failed for sequence {oid}")
