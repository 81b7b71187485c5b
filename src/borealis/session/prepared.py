"""Prepared statements: what Parse keeps until Close, or until the next unnamed one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.session.parameters import Decode, decoders, is_dated
from borealis.types.base import Oid, Style

if TYPE_CHECKING:
    from borealis.session.commands.base import Command


class Prepared:
    __slots__ = ("_decode_all", "_formats", "_style", "command", "is_dated", "name", "parameter_types")

    def __init__(self, name: str, command: Command | None, parameter_types: tuple[Oid, ...]) -> None:
        self.name = name
        self.command = command  # None: an empty statement
        self.parameter_types = parameter_types
        self.is_dated = is_dated(parameter_types)
        """Parameters may say 'now': their style is the transaction's own."""
        self._decode_all: tuple[Decode, ...] | None = None
        self._formats: tuple[int, ...] = ()
        self._style: Style | None = None

    def decoders(self, formats: tuple[int, ...], style: Style) -> tuple[Decode, ...]:
        """Return what reads the parameters in these formats; the last answer is kept."""
        if self._decode_all is None or self._style is not style or self._formats != formats:
            self._decode_all = decoders(self.parameter_types, formats, style)
            self._formats = formats
            self._style = style
        return self._decode_all
