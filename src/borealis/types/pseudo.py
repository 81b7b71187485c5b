"""Types without values of their own: void, record, any and the polymorphic ones; and those known but not carried out."""

from __future__ import annotations

from borealis.errors import FeatureNotSupported
from borealis.types.base import Style, Type, Value


class Pseudo(Type):
    """A name in signatures; record values pass through as their text."""

    affinity = "TEXT"

    def decode_text(self, text: str, style: Style) -> Value:
        raise FeatureNotSupported(f"cannot accept a value of type {self.sql_name}")

    def encode_text(self, value: Value, style: Style) -> str:
        return str(value)

    def decode_binary(self, data: bytes) -> Value:
        raise FeatureNotSupported(f"cannot accept a value of type {self.sql_name}")

    def encode_binary(self, value: Value) -> bytes:
        raise FeatureNotSupported(f"no binary output function available for type {self.sql_name}")


class Void(Pseudo):
    def encode_text(self, value: Value, style: Style) -> str:
        return ""

    def encode_binary(self, value: Value) -> bytes:
        return b""


class Unsupported(Type):
    """A type of PostgreSQL that DSQL, or Borealis as yet, does not have. Source: dsql-facts.md §4.12."""

    def _refuse(self) -> FeatureNotSupported:
        return FeatureNotSupported(f"datatype {self.name} not supported")

    def decode_text(self, text: str, style: Style) -> Value:
        raise self._refuse()

    def encode_text(self, value: Value, style: Style) -> str:
        raise self._refuse()

    def decode_binary(self, data: bytes) -> Value:
        raise self._refuse()

    def encode_binary(self, value: Value) -> bytes:
        raise self._refuse()

    def typmod_in(self, modifiers: list[int]) -> int:
        return -1
