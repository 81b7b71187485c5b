"""reg* values while a statement runs: names looked up in its catalog, to_regclass and its kin."""

from __future__ import annotations

from borealis.errors import FeatureNotSupported, SqlError, SyntaxError_
from borealis.functions.implementation import Context, scalar
from borealis.types import oids, registered
from borealis.types.array import pack, unpack
from borealis.types.base import Oid, Value
from borealis.types.registry import type_of


@scalar("registered", context=True, deterministic=False)
def registered_(context: Context, value: Value, type_: int) -> Value:
    """Return a parameter's value: a client's text that is no number is looked up now."""
    if isinstance(value, int):
        return value
    assert isinstance(value, str)
    if type_ in registered.REGISTERED:
        return type_of(Oid(type_)).decode_text(value, context.style)
    element = type_of(type_of(Oid(type_)).element)
    return pack(
        [
            element.decode_text(item, context.style) if isinstance(item, str) else item
            for item in unpack(value)
        ]
    )


@scalar("shown", context=True, deterministic=False)
def shown(context: Context, value: Value, type_: int) -> str:
    return registered.shown(value, type_of(Oid(type_)).encode_text(value, context.style))


@scalar("text_regclass", context=True, deterministic=False)
def text_regclass(context: Context, text: str) -> Value:
    return type_of(oids.REGCLASS).decode_text(text, context.style)


def _lenient(key: str, type_: Oid) -> None:
    @scalar(key, context=True, deterministic=False)
    def to_registered(context: Context, text: str) -> Value:
        """Return NULL where the cast would fail, but for a text that could be no name at all."""
        try:
            return type_of(type_).decode_text(text, context.style)
        except (SyntaxError_, FeatureNotSupported) as error:
            if error.message.startswith("invalid type name"):
                return None
            raise
        except SqlError:
            return None


for _key, _type in (
    ("to_regclass", oids.REGCLASS),
    ("to_regtype", oids.REGTYPE),
    ("to_regproc", oids.REGPROC),
    ("to_regprocedure", oids.REGPROCEDURE),
    ("to_regoper", oids.REGOPER),
    ("to_regoperator", oids.REGOPERATOR),
    ("to_regnamespace", oids.REGNAMESPACE),
    ("to_regrole", oids.REGROLE),
    ("to_regcollation", oids.REGCOLLATION),
):
    _lenient(_key, _type)
