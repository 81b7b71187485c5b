"""jsonb to boolean and to the numeric types: only from a JSON value of that kind. Numbers go by way of numeric."""

from __future__ import annotations

from borealis.errors import InvalidParameterValue
from borealis.functions.implementation import EMITTERS, SCALARS, Sql, emitter, scalar
from borealis.functions.json.access import typeof

_NUMBERS = {
    "numeric": "numeric",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
}


def _cannot_cast(text: str, name: str) -> InvalidParameterValue:
    kind = str(typeof(text))
    return InvalidParameterValue(
        f"cannot cast jsonb {'numeric' if kind == 'number' else kind} to type {name}"
    )


@scalar("jsonb_bool")
def jsonb_bool(text: str) -> int:
    if text not in ("true", "false"):
        raise _cannot_cast(text, "boolean")
    return int(text == "true")


@scalar("jsonb_number")
def jsonb_number(text: str, name: str) -> str:
    if typeof(text) != "number":
        raise _cannot_cast(text, name)
    return text


def _cast(type_name: str, sql_name: str) -> None:
    @emitter(f"jsonb_{type_name}")
    def emit(args: tuple[Sql, ...]) -> Sql:
        number = Sql(f"pg_jsonb_number({args[0].text}, '{sql_name}')")
        if type_name == "numeric":
            return number
        key = f"numeric_{type_name}"
        return EMITTERS[key]((number,)) if key in EMITTERS else Sql(f"{SCALARS[key].name}({number.text})")


for _type_name, _sql_name in _NUMBERS.items():
    _cast(_type_name, _sql_name)
