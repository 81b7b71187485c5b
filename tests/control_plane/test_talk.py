"""The talk's story from its beginning: a cluster made by boto3, its admin, the application's role, money that conflicts, the role revoked.

Source: dsql-facts.md §2.4, §3.2, §9.5.
"""

import psycopg
import pytest

pytestmark = pytest.mark.slow


def test_a_bank_from_its_cluster_on(api, cluster):
    endpoint = cluster["endpoint"]
    arn = api.client("sts").get_caller_identity()["Arn"]

    def connect_as_app():
        token = api.dsql.generate_db_connect_auth_token(endpoint)
        return api.connect(endpoint, user="myapp", password=token)

    with api.connect(endpoint) as admin:
        admin.execute("CREATE TABLE accounts (id int PRIMARY KEY, balance int)")
        admin.execute("INSERT INTO accounts SELECT id, 100 FROM generate_series(1, 1000) AS id")
        admin.execute("CREATE ROLE myapp WITH LOGIN")
        admin.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO myapp")
        with pytest.raises(psycopg.OperationalError, match="access denied"):
            connect_as_app()
        admin.execute(f"AWS IAM GRANT myapp TO '{arn}'")
        assert admin.execute("SELECT arn, pg_role_name FROM sys.iam_pg_role_mappings").fetchall() == [
            (arn, "myapp")
        ]
        with connect_as_app() as one, connect_as_app() as two:
            for session in (one, two):
                session.execute("BEGIN")
                session.execute("UPDATE accounts SET balance = balance - 10 WHERE id = 1")
                session.execute("UPDATE accounts SET balance = balance + 10 WHERE id = 2")
            one.execute("COMMIT")
            with pytest.raises(psycopg.errors.SerializationFailure, match="OC000"):
                two.execute("COMMIT")
            assert two.execute("SELECT sum(balance) FROM accounts").fetchone() == (100_000,)
            admin.execute(f"AWS IAM REVOKE myapp FROM '{arn}'")
            with pytest.raises(psycopg.OperationalError):
                two.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError, match="access denied"):
            connect_as_app()
