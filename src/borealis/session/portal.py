"""Portal: a command that runs, with its parameters, formats and result.

The simple protocol makes one a statement, without a name; Bind makes named ones and the unnamed one. All are dropped when
their transaction ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.types.base import Value

if TYPE_CHECKING:
    from borealis.session.commands.base import Command
    from borealis.session.commands.shapes import Shape
    from borealis.session.rows import Rows


class Portal:
    __slots__ = ("command", "completion", "is_run", "name", "preface", "result", "shape", "values")

    def __init__(
        self, name: str, command: Command | None, values: tuple[Value, ...] = (), shape: Shape | None = None
    ) -> None:
        self.name = name
        self.command = command  # None: an empty statement
        self.values = values
        self.shape = shape  # None: returns no rows
        self.result: Rows | None = None
        self.completion: bytes | None = None
        """CommandComplete, once the command has run as far as was asked; None where it is suspended."""
        self.preface: bytes | None = None
        """Goes out before the first row: RowDescription in the simple protocol."""
        self.is_run = False
        """Has run to its end and cannot run again: everything but what returns rows."""

    def close(self) -> None:
        if self.result is not None:
            self.result.close()
            self.result = None
