"""Processes: supervisor, workers, the storage process, what they say to each other; and all of it in one. DESIGN §6.

`Node` is imported when asked for: a supervisor does without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from borealis.node.embedded import Node

__all__ = ["Node"]


def __getattr__(name: str) -> object:
    if name == "Node":
        from borealis.node.embedded import Node

        return Node
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
