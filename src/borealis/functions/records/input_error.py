"""pg_input_error_info: what a type's input would say of a text, as a record; all NULLs where it takes it."""

from __future__ import annotations

from borealis.errors import SqlError, UndefinedObject
from borealis.functions.implementation import Context, scalar
from borealis.types import oids, record
from borealis.types.registry import type_named
from borealis.types.row_types import Shape

_SHAPE = Shape(("message", "detail", "hint", "sql_error_code"), (oids.TEXT,) * 4, (-1,) * 4).text


@scalar("pg_input_error_info", context=True)
def input_error_info(context: Context, text: str, type_name: str) -> str:
    type_ = type_named(type_name)
    if type_ is None:
        raise UndefinedObject(f'type "{type_name}" does not exist')
    try:
        type_.decode_text(text, context.style)
    except SqlError as error:
        return record.make(_SHAPE, (error.message, error.detail, error.hint, error.sqlstate))
    return record.make(_SHAPE, (None,) * 4)
