"""pg_*_is_visible: whether the search path leads to an object by its bare name."""

from __future__ import annotations

from collections.abc import Iterable

from borealis.catalog.system import rows_of, system_tables
from borealis.functions.implementation import Context, scalar
from borealis.types.array import pack
from borealis.types.base import Value

_KINDS = {
    # function: catalog, column of the name, column of the schema
    "pg_type_is_visible": ("pg_type", "typname", "typnamespace"),
    "pg_operator_is_visible": ("pg_operator", "oprname", "oprnamespace"),
    "pg_opclass_is_visible": ("pg_opclass", "opcname", "opcnamespace"),
    "pg_opfamily_is_visible": ("pg_opfamily", "opfname", "opfnamespace"),
    "pg_collation_is_visible": ("pg_collation", "collname", "collnamespace"),
    "pg_conversion_is_visible": ("pg_conversion", "conname", "connamespace"),
    "pg_ts_config_is_visible": ("pg_ts_config", "cfgname", "cfgnamespace"),
    "pg_ts_dict_is_visible": ("pg_ts_dict", "dictname", "dictnamespace"),
    "pg_ts_parser_is_visible": ("pg_ts_parser", "prsname", "prsnamespace"),
    "pg_ts_template_is_visible": ("pg_ts_template", "tmplname", "tmplnamespace"),
    "pg_statistics_obj_is_visible": ("pg_statistic_ext", "stxname", "stxnamespace"),
    "pg_function_is_visible": ("pg_proc", "proname", "pronamespace"),
    "pg_table_is_visible": ("pg_class", "relname", "relnamespace"),
}


def searched(context: Context) -> list[str]:
    """Return the schemas that bare names are looked for in, pg_catalog first unless the path names it."""
    path = list(context.search_path)
    return path if "pg_catalog" in path else ["pg_catalog", *path]


def _register(function: str, table: str, name_column: str, schema_column: str) -> None:
    columns = [column.name for column in system_tables()[table].columns]
    oid, name, schema = (columns.index(column) for column in ("oid", name_column, schema_column))
    # Functions of one name hide each other only where their arguments are the same.
    arguments = columns.index("proargtypes") if table == "pg_proc" else name

    @scalar(function, context=True, deterministic=False)
    def is_visible(context: Context, object_: int) -> Value:
        def visible() -> dict[Value, int]:
            rows = rows_of(system_tables()[table], context.catalog)
            return _visible(context, ((row[oid], (row[name], row[arguments]), row[schema]) for row in rows))

        return context.kept(function, visible).get(object_)


def _visible(
    context: Context, objects: Iterable[tuple[Value, tuple[Value, Value], Value]]
) -> dict[Value, int]:
    """Return, by oid, whether each object is the first of its name on the path."""
    numbers = {schema.name: schema.oid for schema in context.catalog.schemas}
    places = {numbers[name]: place for place, name in enumerate(searched(context)) if name in numbers}
    objects = list(objects)
    first: dict[tuple[Value, Value], int] = {}
    for _, name, schema in objects:
        place = places.get(schema)  # type: ignore[call-overload]
        if place is not None and place < first.get(name, len(places)):
            first[name] = place
    return {
        oid: int(schema in places and places[schema] == first[name])  # type: ignore[index]
        for oid, name, schema in objects
    }


for _function, _kind in _KINDS.items():
    _register(_function, *_kind)


@scalar("current_schemas", context=True, deterministic=False)
def current_schemas(context: Context, with_implicit: int) -> str:
    return pack(list(searched(context) if with_implicit else context.search_path))


@scalar("pg_my_temp_schema")
def pg_my_temp_schema() -> int:
    return 0


@scalar("pg_is_other_temp_schema")
def pg_is_other_temp_schema(schema: int) -> int:
    return 0
