"""Roles and privileges: who may read and write what.

Which privileges each statement needs, and the texts, were tried on PostgreSQL 16.2; those of AWS IAM are Aurora DSQL's.
"""

import pytest

from borealis.errors import SqlError
from borealis.executor.scope import PlainScope
from borealis.executor.testing import EmbeddedEngine

ARN = "arn:aws:iam::012345678912:role/example"


class Cluster(EmbeddedEngine):
    def run(self, text):
        return self.session().run(text)


@pytest.fixture
def engine():
    with Cluster() as engine:
        engine.run("CREATE TABLE t (a int PRIMARY KEY, b int)")
        engine.run("CREATE ROLE app WITH LOGIN")
        yield engine


def as_app(engine, text):
    engine.scope = PlainScope(user="app")
    try:
        return engine.run(text)
    finally:
        engine.scope = PlainScope()


def refused(engine, text, user="app"):
    engine.scope = PlainScope(user=user)
    try:
        with pytest.raises(SqlError) as caught:
            engine.run(text)
    finally:
        engine.scope = PlainScope()
    return caught.value.sqlstate, caught.value.message


DENIED = ("42501", "permission denied for table t")


@pytest.mark.parametrize(
    ("privilege", "statement"),
    [
        ("SELECT", "SELECT * FROM t"),
        ("SELECT", "SELECT 1 WHERE EXISTS (SELECT FROM t)"),
        ("SELECT", "WITH x AS (SELECT * FROM t) SELECT * FROM x UNION SELECT 1, 2"),
        ("INSERT", "INSERT INTO t VALUES (1, 1)"),
        ("INSERT, SELECT", "INSERT INTO t VALUES (1, 1) ON CONFLICT (a) DO NOTHING"),
        ("INSERT, SELECT, UPDATE", "INSERT INTO t VALUES (1, 1) ON CONFLICT (a) DO UPDATE SET b = 2"),
        ("INSERT, SELECT", "INSERT INTO t VALUES (1, 1) RETURNING a"),
        ("UPDATE", "UPDATE t SET b = 1"),
        ("UPDATE, SELECT", "UPDATE t SET b = 1 WHERE a = 1"),
        ("UPDATE, SELECT", "UPDATE t SET b = a"),
        ("DELETE", "DELETE FROM t"),
        ("DELETE, SELECT", "DELETE FROM t WHERE a = 1"),
        ("SELECT, UPDATE", "SELECT * FROM t WHERE a = 1 FOR UPDATE"),
    ],
)
def test_a_statement_needs_each_of_its_privileges(engine, privilege, statement):
    assert refused(engine, statement) == DENIED
    engine.run(f"GRANT {privilege} ON t TO app")
    as_app(engine, statement)
    for one in privilege.split(", "):
        engine.run(f"REVOKE {one} ON t FROM app")
        assert refused(engine, statement) == DENIED
        engine.run(f"GRANT {one} ON t TO app")


def test_data_modifying_with_needs_the_privilege_of_its_target(engine):
    engine.run("GRANT SELECT ON t TO app")
    assert refused(engine, "WITH x AS (DELETE FROM t RETURNING a) SELECT * FROM x") == DENIED


def test_public_is_everybody_and_all_tables_are_those_that_are_there(engine):
    engine.run("GRANT SELECT ON t TO PUBLIC")
    assert as_app(engine, "SELECT count(*) FROM t").rows == [("0",)]
    engine.run("REVOKE ALL ON t FROM PUBLIC")
    engine.run("GRANT ALL ON ALL TABLES IN SCHEMA public TO app")
    as_app(engine, "INSERT INTO t VALUES (1, 2)")
    engine.run("CREATE TABLE later (a int)")
    assert refused(engine, "SELECT FROM later") == ("42501", "permission denied for table later")


def test_a_view_reads_as_its_owner(engine):
    engine.run("CREATE VIEW v AS SELECT a FROM t")
    assert refused(engine, "SELECT * FROM v") == ("42501", "permission denied for view v")
    engine.run("GRANT SELECT ON v TO app")
    assert as_app(engine, "SELECT * FROM v").rows == []
    assert refused(engine, "SELECT * FROM t") == DENIED


def test_a_function_reads_as_its_caller(engine):
    engine.run("CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t'")
    assert refused(engine, "SELECT f()") == DENIED
    engine.run("GRANT SELECT ON t TO app")
    assert as_app(engine, "SELECT f()").rows == [("0",)]


def test_a_schema_needs_usage(engine):
    engine.run("CREATE SCHEMA s")
    engine.run("CREATE TABLE s.u (a int)")
    engine.run("GRANT SELECT ON s.u TO app")
    assert refused(engine, "SELECT * FROM s.u") == ("42501", "permission denied for schema s")
    engine.run("GRANT USAGE ON SCHEMA s TO app")
    assert as_app(engine, "SELECT * FROM s.u").rows == []
    engine.run("GRANT SELECT ON t TO app")
    engine.run("REVOKE USAGE ON SCHEMA public FROM PUBLIC")
    assert refused(engine, "SELECT * FROM t") == ("42P01", 'relation "t" does not exist')
    assert refused(engine, "SELECT * FROM public.t") == ("42501", "permission denied for schema public")


def test_a_sequence_needs_usage(engine):
    engine.run("CREATE SEQUENCE q CACHE 1")
    assert refused(engine, "SELECT nextval('q')") == ("42501", "permission denied for sequence q")
    engine.run("GRANT USAGE ON SEQUENCE q TO app")
    assert as_app(engine, "SELECT nextval('q')").rows == [("1",)]
    assert refused(engine, "SELECT setval('q', 5)") == ("42501", "permission denied for sequence q")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("DROP TABLE t", "must be owner of table t"),
        ("GRANT SELECT ON t TO PUBLIC", None),
        ("CREATE TABLE x (a int)", "permission denied for schema public"),
        ("CREATE SCHEMA x", "permission denied for database postgres"),
        ("CREATE ROLE other", "permission denied to create role"),
        (f"AWS IAM GRANT app TO '{ARN}'", "permission denied to grant IAM trust with role app"),
    ],
)
def test_other_roles_change_only_what_is_theirs(engine, text, message):
    engine.run("GRANT ALL ON t TO app")
    if message is None:  # a warning, and nothing granted
        as_app(engine, text)
        assert not engine.run("SELECT 1 WHERE has_table_privilege('public', 't', 'SELECT')").rows
    else:
        assert refused(engine, text) == ("42501", message)


def test_aws_iam_grant_and_revoke(engine):
    engine.run(f"AWS IAM GRANT app TO '{ARN}';")
    rows = engine.run(
        "SELECT arn, pg_role_name, grantor_pg_role_oid, grantor_pg_role_name FROM sys.iam_pg_role_mappings"
    )
    assert rows.rows == [(ARN, "app", "15579", "admin")]
    assert (("app", ARN)) in engine.engine.catalog.mapped_arns
    assert refused(engine, "DROP ROLE app", "admin") == (
        "2BP01",
        'role "app" cannot be dropped because some objects depend on it',
    )
    engine.run(f"aws iam revoke app from '{ARN}'")
    assert not engine.engine.catalog.mapped_arns
    engine.run("DROP ROLE app")
    assert refused(engine, "SELECT 1") == ("42704", 'role "app" does not exist')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("AWS IAM GRANT app TO 'me'", "IAM role must look like an IAM ARN"),
        (f"AWS IAM GRANT group1 TO '{ARN}'", "role group1 must have the LOGIN attribute"),
        (f"AWS IAM GRANT admin TO '{ARN}'", "Cannot establish trust with role admin"),
        (f"AWS IAM GRANT nobody TO '{ARN}'", 'role "nobody" does not exist'),
        (f"AWS IAM REVOKE app FROM '{ARN}'", f"IAM role {ARN} does not exist"),
        (f"AWS IAM GRANT app FROM '{ARN}'", 'syntax error at or near "FROM"'),
        ("AWS IAM GRANT app", "syntax error at end of input"),
        ("CREATE ROLE app", 'role "app" already exists'),
        ("CREATE ROLE pg_x", 'role name "pg_x" is reserved'),
        ("DROP ROLE admin", "current user cannot be dropped"),
        ("DROP ROLE nobody", 'role "nobody" does not exist'),
        ("GRANT USAGE ON t TO app", "invalid privilege type USAGE for table"),
        ("GRANT CREATE ON t TO app", "invalid privilege type CREATE for relation"),
        ("GRANT SELECT ON SCHEMA public TO app", "invalid privilege type SELECT for schema"),
        ("GRANT fly ON t TO app", 'unrecognized privilege type "fly"'),
        ("GRANT SELECT ON nowhere TO app", 'relation "nowhere" does not exist'),
        ("GRANT SELECT (nope) ON t TO app", 'column "nope" of relation "t" does not exist'),
        ("GRANT SELECT ON t TO PUBLIC WITH GRANT OPTION", "grant options can only be granted to roles"),
    ],
)
def test_refusals(engine, text, message):
    engine.run("CREATE ROLE group1")
    assert refused(engine, text, "admin")[1] == message


def test_roles_are_shown_and_renamed(engine):
    engine.run("ALTER ROLE app RENAME TO web")
    assert engine.run("SELECT rolname, rolcanlogin FROM pg_roles WHERE oid >= 16384").rows == [("web", "t")]
    assert engine.run("SELECT 'web'::regrole::text, pg_get_userbyid('web'::regrole)").rows == [("web", "web")]


def test_what_is_dropped_takes_its_privileges_along(engine):
    engine.run("GRANT SELECT ON t TO app")
    engine.run("DROP TABLE t")
    engine.run("DROP ROLE app")
    assert [one.catalog for one in engine.engine.catalog.acls] == [2615]  # of the schema public


def test_privileges_are_shown_as_aclitems(engine):
    """As psql's \\dp and \\dn+ read them; the items are PostgreSQL's, with admin for its owner."""
    shown = "SELECT relacl::text FROM pg_class WHERE relname = 't'"
    assert engine.run(shown).rows == [(None,)]
    engine.run('CREATE ROLE "two words"')
    engine.run('GRANT UPDATE, INSERT ON t TO app, "two words", PUBLIC')
    assert engine.run(shown).rows == [
        ('{admin=arwdDxt/admin,app=aw/admin,"\\"two words\\"=aw/admin",=aw/admin}',)
    ]
    of_public = "SELECT nspacl::text FROM pg_namespace WHERE nspname = 'public'"
    assert engine.run(of_public).rows == [("{admin=UC/admin,=U/admin}",)]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("has_table_privilege('t', 'SELECT')", "t"),
        ("has_table_privilege('t', 'INSERT')", "f"),
        ("has_table_privilege('t', 'INSERT, select')", "t"),
        ("has_table_privilege('t', 'SELECT WITH GRANT OPTION')", "f"),
        ("has_table_privilege('app', 't'::regclass, 'DELETE')", "f"),
        ("has_table_privilege('admin', 't', 'DELETE')", "t"),
        ("has_table_privilege('public', 't', 'SELECT')", "f"),
        ("has_table_privilege('pg_class', 'SELECT')", "t"),
        ("has_table_privilege('pg_class', 'UPDATE')", "f"),
        ("has_column_privilege('t', 'a', 'SELECT')", "t"),
        ("has_column_privilege('app', 't', 'a', 'UPDATE')", "f"),
        ("has_any_column_privilege('t', 'INSERT')", "f"),
        ("has_schema_privilege('public', 'USAGE')", "t"),
        ("has_schema_privilege('public', 'CREATE')", "f"),
        ("has_database_privilege('postgres', 'CONNECT')", "t"),
        ("has_database_privilege('postgres', 'CREATE')", "f"),
        ("pg_has_role('app', 'USAGE')", "t"),
        ("pg_has_role('admin', 'USAGE')", "f"),
    ],
)
def test_privileges_asked_for(engine, asked, told):
    """Asked of PostgreSQL 16.2 as a role with SELECT on the table, admin being its owner."""
    engine.run("GRANT SELECT ON t TO app")
    assert as_app(engine, f"SELECT {asked}").rows == [(told,)]
