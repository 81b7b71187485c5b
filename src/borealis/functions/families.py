"""Imports every module of this part once, so that each family of functions enters itself into the tables."""

from __future__ import annotations

import importlib
import pkgutil

_APART = frozenset({"families", "lookup", "install"})


def load() -> None:
    """Fill the tables of implementation.py. Idempotent: a module is imported once."""
    import borealis.functions as part

    for found in pkgutil.walk_packages(part.__path__, f"{part.__name__}."):
        if found.name.rpartition(".")[2] not in _APART:
            importlib.import_module(found.name)
