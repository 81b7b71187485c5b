"""Reading a Catalog out of the catalog tables, in one snapshot.

The tables and their columns are storage.catalog_tables; a Catalog is built whole, once a catalog version.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, pairwise
from typing import Any, Protocol

from borealis.catalog.catalog import Catalog
from borealis.catalog.constraints import Check, ForeignKey, ReferentialAction
from borealis.catalog.objects import Comment, Domain, Function, FunctionArgument, Statistics
from borealis.catalog.relations import Column, Index, IndexExpression, Sequence, Table, View
from borealis.catalog.roles import Acl, AclItem, DefaultAcl, Membership, Role, RoleMapping
from borealis.catalog.schema import Schema
from borealis.storage.catalog_tables import LAST_DDL
from borealis.types.base import Oid


class Connection(Protocol):
    def execute(self, statements: str) -> Iterable[tuple[Any, ...]]: ...


def load_catalog(connection: Connection) -> Catalog:
    """Read every object; the connection stands in a snapshot."""
    ((version, next_oid, last_ddl_version),) = connection.execute(
        "SELECT meta.catalog_version, next_oid, coalesce(last.catalog_version, 0) "
        f"FROM meta LEFT JOIN relation_version AS last ON relation = {LAST_DDL}"
    )
    schemas = {
        oid: Schema(Oid(oid), name, Oid(owner))
        for oid, name, owner in connection.execute("SELECT oid, nspname, nspowner FROM pg_namespace")
    }
    checks, domain_checks = _checks(connection)
    columns = _columns(connection)
    return Catalog(
        version=version,
        next_oid=Oid(next_oid),
        last_ddl_version=last_ddl_version,
        schemas=tuple(schemas.values()),
        tables=_tables(connection, schemas, columns, checks),
        views=_views(connection, schemas, columns),
        sequences=_sequences(connection, schemas),
        domains=_domains(connection, schemas, domain_checks),
        functions=_functions(connection, schemas),
        statistics=_statistics(connection, schemas),
        comments=tuple(
            Comment(Oid(object_), Oid(catalog), column, text)
            for object_, catalog, column, text in connection.execute(
                "SELECT objoid, classoid, objsubid, description FROM pg_description"
            )
        ),
        roles=tuple(
            Role(Oid(oid), name, bool(can_login), bool(inherits))
            for oid, name, can_login, inherits in connection.execute(
                "SELECT oid, rolname, rolcanlogin, rolinherit FROM pg_authid ORDER BY oid"
            )
        ),
        role_mappings=tuple(
            RoleMapping(Oid(oid), arn, Oid(role), Oid(grantor))
            for oid, arn, role, grantor in connection.execute(
                "SELECT oid, arn, role, grantor FROM iam_mapping ORDER BY oid"
            )
        ),
        memberships=tuple(
            Membership(Oid(oid), Oid(role), Oid(member), Oid(grantor), *map(bool, options))
            for oid, role, member, grantor, *options in connection.execute(
                "SELECT oid, roleid, member, grantor, admin_option, inherit_option, set_option FROM pg_auth_members "
                "ORDER BY oid"
            )
        ),
        acls=tuple(
            Acl(Oid(object_), Oid(catalog), column, _acl_items(text))
            for object_, catalog, column, text in connection.execute(
                "SELECT objoid, classoid, objsubid, items FROM acl"
            )
        ),
        default_acls=tuple(
            DefaultAcl(Oid(role), Oid(schema), kind, _acl_items(text))
            for role, schema, kind, text in connection.execute(
                "SELECT role, namespace, objtype, items FROM default_acl"
            )
        ),
    )


def _tables(
    connection: Connection,
    schemas: dict[int, Schema],
    columns: defaultdict[int, list[Column]],
    checks: defaultdict[int, list[Check]],
) -> tuple[Table, ...]:
    indexes = _indexes(connection)
    foreign_keys = _foreign_keys(connection)
    references: defaultdict[int, list[ForeignKey]] = defaultdict(list)
    for foreign_key in chain.from_iterable(tuple(foreign_keys.values())):
        references[foreign_key.referenced_table].append(foreign_key)
    return tuple(
        Table(
            Oid(oid),
            name,
            schemas[namespace],
            Oid(owner),
            tuple(columns[oid]),
            tuple(indexes[oid]),
            tuple(checks[oid]),
            tuple(foreign_keys[oid]),
            tuple(references[oid]),
        )
        for oid, name, namespace, owner in connection.execute(
            "SELECT oid, relname, relnamespace, relowner FROM pg_class WHERE relkind = 'r' ORDER BY oid"
        )
    )


def _views(
    connection: Connection, schemas: dict[int, Schema], columns: defaultdict[int, list[Column]]
) -> tuple[View, ...]:
    return tuple(
        View(
            Oid(oid),
            name,
            schemas[namespace],
            Oid(owner),
            tuple(columns[oid]),
            query,
            tuple(json.loads(path)),
        )
        for oid, name, namespace, owner, query, path in connection.execute(
            "SELECT oid, relname, relnamespace, relowner, ev_action, search_path "
            "FROM pg_class JOIN pg_rewrite ON ev_class = oid WHERE relkind = 'v' ORDER BY oid"
        )
    )


def _sequences(connection: Connection, schemas: dict[int, Schema]) -> tuple[Sequence, ...]:
    return tuple(
        Sequence(
            Oid(oid),
            name,
            schemas[namespace],
            Oid(owner),
            start=start,
            increment=increment,
            minimum=minimum,
            maximum=maximum,
            cache=cache,
            is_cyclic=bool(cycle),
            owned_by=(Oid(table), column) if table else None,
            is_identity=bool(identity),
            generation=generation,
            restart=restart,
        )
        for (
            oid,
            name,
            namespace,
            owner,
            start,
            increment,
            minimum,
            maximum,
            cache,
            cycle,
            table,
            column,
            identity,
            generation,
            restart,
        ) in connection.execute(
            "SELECT oid, relname, relnamespace, relowner, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle, "
            "seqowner, seqownercolumn, seqidentity, seqgeneration, seqrestart "
            "FROM pg_class JOIN pg_sequence ON seqrelid = oid WHERE relkind = 'S' ORDER BY oid"
        )
    )


def _columns(connection: Connection) -> defaultdict[int, list[Column]]:
    columns: defaultdict[int, list[Column]] = defaultdict(list)
    for (
        relation,
        attnum,
        name,
        type_,
        typmod,
        not_null,
        dropped,
        domain,
        *letters,
        default,
    ) in connection.execute(
        "SELECT attrelid, attnum, attname, atttypid, atttypmod, attnotnull, attisdropped, attdomain, attidentity, "
        "attgenerated, attstorage, adsource FROM pg_attribute "
        "LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum ORDER BY attrelid, attnum"
    ):
        columns[relation].append(
            Column(
                attnum,
                name,
                Oid(type_),
                typmod,
                bool(not_null),
                default,
                bool(dropped),
                Oid(domain),
                *letters,
            )
        )
    return columns


def _indexes(connection: Connection) -> defaultdict[int, list[Index]]:
    indexes: defaultdict[int, list[Index]] = defaultdict(list)
    for (
        oid,
        relation,
        name,
        unique,
        primary,
        not_distinct,
        valid,
        key_count,
        keys,
        constraint,
        options,
        expressions,
        predicate,
    ) in connection.execute(
        "SELECT indexrelid, indrelid, relname, indisunique, indisprimary, indnullsnotdistinct, indisvalid, "
        "indnkeyatts, indkey, coalesce(pg_constraint.oid, 0), indoption, indexprs, indpred FROM pg_index "
        "JOIN pg_class ON pg_class.oid = indexrelid "
        "LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u') ORDER BY indexrelid"
    ):
        attnums = _attnums(keys)
        indexes[relation].append(
            Index(
                Oid(oid),
                name,
                Oid(relation),
                attnums[:key_count],
                bool(unique),
                bool(primary),
                bool(not_distinct),
                attnums[key_count:],
                bool(valid),
                Oid(constraint),
                tuple(place for place, option in enumerate(options.split()) if option == "2"),
                tuple(
                    IndexExpression(source, column, Oid(type_), typmod)
                    for source, column, type_, typmod in json.loads(expressions or "[]")
                ),
                predicate,
            )
        )
    return indexes


def _checks(connection: Connection) -> tuple[defaultdict[int, list[Check]], defaultdict[int, list[Check]]]:
    """Return the CHECKs of each table, and of each domain."""
    of_tables: defaultdict[int, list[Check]] = defaultdict(list)
    of_domains: defaultdict[int, list[Check]] = defaultdict(list)
    # By name, as PostgreSQL checks them.
    for oid, name, table, domain, source, validated in connection.execute(
        "SELECT oid, conname, conrelid, contypid, consource, convalidated FROM pg_constraint "
        "WHERE contype = 'c' ORDER BY conname"
    ):
        found = of_tables[table] if table else of_domains[domain]
        found.append(Check(Oid(oid), name, source, bool(validated)))
    return of_tables, of_domains


def _foreign_keys(connection: Connection) -> defaultdict[int, list[ForeignKey]]:
    found: defaultdict[int, list[ForeignKey]] = defaultdict(list)
    for (
        oid,
        name,
        table,
        columns,
        referenced,
        referenced_columns,
        index,
        on_update,
        on_delete,
        match,
        deferrable,
        deferred,
        validated,
        set_columns,
    ) in connection.execute(
        "SELECT oid, conname, conrelid, conkey, confrelid, confkey, conindid, confupdtype, confdeltype, "
        "confmatchtype, condeferrable, condeferred, convalidated, confdelsetcols FROM pg_constraint "
        "WHERE contype = 'f' ORDER BY oid"
    ):
        found[table].append(
            ForeignKey(
                Oid(oid),
                name,
                Oid(table),
                _attnums(columns),
                Oid(referenced),
                _attnums(referenced_columns),
                Oid(index),
                ReferentialAction(on_update),
                ReferentialAction(on_delete),
                match == "f",
                bool(deferrable),
                bool(deferred),
                bool(validated),
                _attnums(set_columns),
            )
        )
    return found


def _domains(
    connection: Connection, schemas: dict[int, Schema], checks: defaultdict[int, list[Check]]
) -> tuple[Domain, ...]:
    return tuple(
        Domain(
            Oid(oid),
            name,
            schemas[namespace],
            Oid(owner),
            Oid(base),
            typmod,
            bool(not_null),
            default,
            tuple(checks[oid]),
        )
        for oid, name, namespace, owner, base, typmod, not_null, default in connection.execute(
            "SELECT oid, typname, typnamespace, typowner, typbasetype, typtypmod, typnotnull, typdefault "
            "FROM pg_type ORDER BY oid"
        )
    )


def _functions(connection: Connection, schemas: dict[int, Schema]) -> tuple[Function, ...]:
    return tuple(
        Function(
            Oid(oid),
            name,
            schemas[namespace],
            Oid(owner),
            tuple(
                FunctionArgument(argument, Oid(type_), mode, default, Oid(domain))
                for argument, type_, mode, default, domain in json.loads(arguments)
            ),
            Oid(result),
            bool(returns_set),
            volatility,
            bool(strict),
            bool(definer),
            parallel,
            source,
            body,
            tuple((setting, value) for setting, value in json.loads(settings)),
        )
        for (
            oid,
            name,
            namespace,
            owner,
            result,
            returns_set,
            volatility,
            strict,
            definer,
            parallel,
            arguments,
            source,
            body,
            settings,
        ) in connection.execute(
            "SELECT oid, proname, pronamespace, proowner, prorettype, proretset, provolatile, proisstrict, prosecdef, "
            "proparallel, proargs, prosrc, probody, proconfig FROM pg_proc ORDER BY oid"
        )
    )


def _statistics(connection: Connection, schemas: dict[int, Schema]) -> tuple[Statistics, ...]:
    return tuple(
        Statistics(
            Oid(oid),
            name,
            schemas[namespace],
            Oid(owner),
            Oid(table),
            _attnums(keys),
            kinds,
            tuple(json.loads(expressions)),
            target,
        )
        for oid, table, name, namespace, owner, keys, kinds, expressions, target in connection.execute(
            "SELECT oid, stxrelid, stxname, stxnamespace, stxowner, stxkeys, stxkind, stxexprs, stxstattarget "
            "FROM pg_statistic_ext ORDER BY oid"
        )
    )


def _acl_items(text: str) -> tuple[AclItem, ...]:
    """Read what rows.acl_text wrote."""
    items = []
    for item in text.split():
        grantee, _, rest = item.partition("=")
        letters, _, grantor = rest.partition("/")
        options = frozenset(letter for letter, star in pairwise(letters) if star == "*")
        items.append(AclItem(Oid(int(grantee)), Oid(int(grantor)), frozenset(letters) - {"*"}, options))
    return tuple(items)


def _attnums(text: str) -> tuple[int, ...]:
    return tuple(int(attnum) for attnum in text.split())
