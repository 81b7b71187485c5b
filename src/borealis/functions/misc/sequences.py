"""nextval, currval, lastval, setval: what they give is the session's and the disk's (Context.sequences)."""

from __future__ import annotations

from borealis.errors import FeatureNotSupported
from borealis.functions.implementation import Context, Sequences, scalar
from borealis.types.base import Oid, Value


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
