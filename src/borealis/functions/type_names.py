"""pg_type.typname by oid, for signature keys."""

from __future__ import annotations

from functools import cache
from importlib import resources

from borealis.types.base import Oid


@cache
def _names() -> dict[int, str]:
    lines = resources.files("borealis.types").joinpath("pg_type.tsv").read_text(encoding="utf-8").splitlines()
    return {int(oid): name for oid, name, *_ in (line.split("\t") for line in lines)}


def type_name(oid: Oid) -> str:
    return _names()[oid]
