"""Domains: values of a base type with a default and conditions of their own.

An expression of a domain has the base type here, as operators and stored values do; what the domain demands is checked
where a value becomes one of it: in casts, and when it is assigned to a column.
Source: PostgreSQL 16 documentation, CREATE DOMAIN; the order of checks as its typcache.c keeps them.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.catalog.catalog import Catalog
from borealis.catalog.constraints import Check
from borealis.catalog.objects import Domain
from borealis.sql.bind.coerce import coerce_to_boolean
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.level import Level, NamedColumn, NamespaceItem
from borealis.sql.bind.stored import stored, stored_node
from borealis.sql.bound.expressions import CoerceToDomain, Expr, Var
from borealis.types.base import Oid


def find_domain(context: BindContext, names: Sequence[str]) -> Domain | None:
    """Return the domain a possibly qualified name means under the search path."""
    for schema in names[-2:-1]:
        context.check_usage(schema)
    for schema in names[-2:-1] or context.search_path:
        found = context.catalog.domain(schema, names[-1])
        if found is not None:
            return found
    return None


def chain(catalog: Catalog, domain: Domain) -> list[Domain]:
    """Return the domain and those it is over, the outermost first."""
    found = [domain]
    while (below := catalog.domains_by_oid.get(found[-1].base_type)) is not None:
        found.append(below)
    return found


def base_type(catalog: Catalog, domain: Domain) -> tuple[Oid, int]:
    """Return the type of the values, and its typmod."""
    innermost = chain(catalog, domain)[-1]
    return innermost.base_type, innermost.typmod


def domain_name(context: BindContext, domain: Domain) -> str:
    """Return the name errors show: with its schema where the search path does not find it."""
    if find_domain(context, [domain.name]) is domain:
        return domain.name
    return f"{domain.schema.name}.{domain.name}"


def coerce_to_domain(context: BindContext, expr: Expr, domain: Domain) -> Expr:
    """Hold an expression, already of the base type, to what the domain demands: those it is over first."""
    domains = chain(context.catalog, domain)
    checks = [
        check for each in reversed(domains) for check in sorted(each.checks, key=lambda check: check.name)
    ]
    not_null = any(each.not_null for each in domains)
    if not checks and not not_null:
        return expr
    value = Var(expr.type, expr.typmod, context.new_id(), 1)
    return context.remember(
        CoerceToDomain(
            expr.type,
            expr.typmod,
            expr,
            domain_name(context, domain),
            (domain.schema.name, domain.name),
            not_null,
            value.relation,
            tuple((check.name, bind_domain_check(context, check, value)) for check in checks),
        ),
        context.position_of(expr),
    )


def bind_domain_check(context: BindContext, check: Check, value: Var) -> Expr:
    with stored(context, context.search_path):
        return bind_condition(context, stored_node(check.expression), value)


def bind_condition(context: BindContext, node: object, value: Var) -> Expr:
    """Bind a condition over VALUE."""
    level = Level(context, place="CHECK constraints")
    level.namespace.append(NamespaceItem("", None, (NamedColumn("value", value),), relation_visible=False))
    return coerce_to_boolean(context, bind_expr(level, node), "CHECK", None)  # type: ignore[arg-type]
