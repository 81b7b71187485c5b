"""Functions of the schema sys. Source: dsql-facts.md §10."""

from __future__ import annotations

from borealis.errors import WrongObjectType
from borealis.functions.signatures import Function
from borealis.types import oids
from borealis.types.base import Oid

_DSQL_MAJOR_VERSION = Function(
    oid=Oid(15610),
    name="dsql_major_version",
    source="dsql_major_version",
    kind="f",
    strict=True,
    volatility="i",
    returns_set=False,
    variadic=Oid(0),
    result=oids.INT4,
    args=(),
    default_count=0,
    out_types=(),
    out_names=(),
    defaults="",
    arg_names=(),
    aggregate_kind="",
    direct_args=0,
)


def system_functions(name: str, position: int | None) -> tuple[Function, ...]:
    """Return the functions of this name in sys; a procedure is no function."""
    if name == "wait_for_job":
        raise WrongObjectType(
            "sys.wait_for_job(text) is a procedure", hint="To call a procedure, use CALL.", position=position
        )
    return (_DSQL_MAJOR_VERSION,) if name == "dsql_major_version" else ()
