"""regtype: a type's name by the grammar of type names, and format_type the other way."""

from __future__ import annotations

from borealis.errors import SqlError, SyntaxError_
from borealis.sql.parse import parse
from borealis.sql.registered import relations
from borealis.sql.registered.parsing import written
from borealis.sql.registered.scope import NameScope
from borealis.types import row_types
from borealis.types.base import Oid, Style
from borealis.types.registry import format_type, type_named, type_of


def read(scope: NameScope, text: str) -> int:
    """Return the oid of `timestamp(3) with time zone[]` and the like; a modifier is checked and dropped."""
    # Both need more of the binder than may be imported while it is loaded itself.
    from borealis.sql.bind.context import BindContext
    from borealis.sql.bind.type_names import bind_type

    before = "SELECT CAST(NULL AS "
    try:
        (parsed,) = parse(f"{before}{text})")
        (target,) = parsed.node["targetList"]
        node = target["ResTarget"]["val"]["TypeCast"]["typeName"]
        is_whole = set(parsed.node) <= {"targetList", "limitOption", "op"} and set(target["ResTarget"]) <= {
            "val",
            "location",
        }
    except (ValueError, KeyError):
        is_whole = False
    except SyntaxError_ as error:
        is_at_end = error.position is not None and error.position > len(before) + len(text)
        message = "syntax error at end of input" if is_at_end else error.message
        raise SyntaxError_(message, where=f'invalid type name "{text}"') from None
    if not is_whole or node.get("setof"):
        raise SyntaxError_(f'invalid type name "{text}"')
    pseudo = type_named(node["names"][-1]["String"]["sval"])
    if pseudo is not None and pseudo.kind == "p":
        return pseudo.array if "arrayBounds" in node and pseudo.array else pseudo.oid
    context = BindContext(parsed, scope.catalog, (), scope.search_path, Style())
    try:
        oid, _, domain = bind_type(context, node)
        return oid if domain is None else domain.oid
    except SqlError as error:
        error.position = None
        raise


def show(scope: NameScope, oid: Oid) -> str | None:
    domain = scope.catalog.domains_by_oid.get(oid)
    if domain is not None:
        first = next(
            (path for path in scope.search_path if scope.catalog.domain(path, domain.name) is not None), None
        )
        return written(None if first == domain.schema.name else domain.schema.name, domain.name)
    try:
        type_of(oid)
    except KeyError:
        return None
    with row_types.naming(lambda table: relations.show(scope, table)):
        return format_type(oid, -1)
