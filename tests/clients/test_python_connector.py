"""AWS's Python connector, unmodified, with each of its drivers: tokens by themselves, pools, transactions that try again.

What it checks is what the connector's own integration tests do on a real cluster: connect by name and by cluster id, read and
write, a wrong region, a pool, a conflict. An entry in the hosts file is libpq's hostaddr, or a getaddrinfo that knows the name.
"""

import asyncio
import socket
import ssl
import threading

import asyncpg
import aurora_dsql_asyncpg
import aurora_dsql_psycopg
import aurora_dsql_psycopg2
import psycopg
import psycopg2
import pytest

pytestmark = pytest.mark.slow

RETRY = 50
"""Tries again: more than two sessions at one row can need."""


@pytest.fixture
def endpoint(installation, monkeypatch):
    """The cluster's public name, which leads to this machine."""
    name = f"{installation.said['cluster']}.dsql.{installation.said['region']}.on.aws"
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **named: resolve("127.0.0.1" if host == name else host, *rest, **named),
    )
    return name


@pytest.fixture
def options(installation, endpoint):
    return {
        "host": endpoint,
        "port": installation.node.port,
        "user": "admin",
        "sslmode": "verify-full",
        "sslrootcert": installation.said["ca_file"],
    }


@pytest.fixture
def libpq_options(options):
    return options | {"hostaddr": "127.0.0.1"}


def move_money(execute):
    execute("UPDATE accounts SET balance = balance - 1 WHERE id = 1")
    execute("UPDATE accounts SET balance = balance + 1 WHERE id = 2")


def at_once(work, times=2):
    """Do something in threads of its own; raise what one of them raises."""
    failures = []

    def guarded():
        try:
            work()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures


def test_psycopg(libpq_options):
    retry = aurora_dsql_psycopg.OCCRetryConfig(max_retries=RETRY)
    with aurora_dsql_psycopg.connect(**libpq_options, autocommit=True) as connection:
        connection.execute("CREATE TABLE accounts (id int PRIMARY KEY, balance int)")
        connection.execute("INSERT INTO accounts VALUES (1, 100), (2, 100)")
        name = connection.execute("SELECT current_setting('application_name')").fetchone()[0]
        assert name.startswith("aurora-dsql-python-psycopg/")
        with aurora_dsql_psycopg.create_pool(
            kwargs=libpq_options, min_size=2, max_size=4, retry=retry
        ) as pool:

            def transfers():
                for _ in range(10):
                    pool.run_transaction(lambda one: move_money(one.execute))

            at_once(transfers)
        balances = connection.execute("SELECT balance FROM accounts ORDER BY id").fetchall()
        assert balances == [(80,), (120,)]
        with aurora_dsql_psycopg.connect(**libpq_options) as first:
            move_money(first.execute)
            move_money(connection.execute)
            with pytest.raises(psycopg.errors.SerializationFailure) as caught:
                first.commit()
        assert aurora_dsql_psycopg.is_occ_error(caught.value)


def test_psycopg2(libpq_options):
    retry = aurora_dsql_psycopg2.OCCRetryConfig(max_retries=RETRY)
    connection = aurora_dsql_psycopg2.connect(**libpq_options)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE accounts (id int PRIMARY KEY, balance int)")
    cursor.execute("INSERT INTO accounts VALUES (1, 100), (2, 100)")
    cursor.execute("SELECT current_setting('application_name')")
    assert cursor.fetchone()[0].startswith("aurora-dsql-python-psycopg2/")
    with aurora_dsql_psycopg2.AuroraDSQLThreadedConnectionPool(2, 4, retry=retry, **libpq_options) as pool:

        def transfers():
            for _ in range(10):
                pool.run_transaction(lambda one: move_money(one.cursor().execute))

        at_once(transfers)
    cursor.execute("SELECT balance FROM accounts ORDER BY id")
    assert cursor.fetchall() == [(80,), (120,)]
    other = aurora_dsql_psycopg2.connect(**libpq_options)
    move_money(other.cursor().execute)
    move_money(cursor.execute)
    with pytest.raises(psycopg2.errors.SerializationFailure):
        other.commit()
    other.close()
    connection.close()


def test_asyncpg(options):
    async def transfers(pool):
        for _ in range(10):
            await pool.run_transaction(transfer)

    async def transfer(one):
        await one.execute("UPDATE accounts SET balance = balance - 1 WHERE id = $1", 1)
        await one.execute("UPDATE accounts SET balance = balance + 1 WHERE id = $1", 2)

    async def script():
        retry = aurora_dsql_asyncpg.OCCRetryConfig(max_retries=RETRY)
        connection = await aurora_dsql_asyncpg.connect(**options)
        await connection.execute("CREATE TABLE accounts (id int PRIMARY KEY, balance int)")
        await connection.execute("INSERT INTO accounts VALUES (1, 100), (2, 100)")
        name = await connection.fetchval("SELECT current_setting('application_name')")
        assert name.startswith("aurora-dsql-python-asyncpg/")
        pool = await aurora_dsql_asyncpg.create_pool(**options, min_size=2, max_size=4, retry=retry)
        await asyncio.gather(transfers(pool), transfers(pool))
        await pool.close()
        found = await connection.fetch("SELECT balance FROM accounts ORDER BY id")
        assert [row["balance"] for row in found] == [80, 120]
        other = await aurora_dsql_asyncpg.connect(**options)
        transaction = other.transaction(isolation="repeatable_read")
        await transaction.start()
        await transfer(other)
        await transfer(connection)
        with pytest.raises(asyncpg.SerializationError):
            await transaction.commit()
        await other.close()
        await connection.close()

    asyncio.run(script())


def test_a_name_by_cluster_id_and_region(installation, libpq_options):
    said = installation.said
    by_id = libpq_options | {"host": said["cluster"], "region": said["region"]}
    with aurora_dsql_psycopg.connect(**by_id) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_another_regions_token_is_refused(libpq_options):
    with pytest.raises(psycopg.OperationalError, match="access denied"):
        aurora_dsql_psycopg.connect(**libpq_options, region="eu-west-1")


def test_a_certificate_of_nobody_we_know_is_refused(options, installation):
    context = ssl.create_default_context()

    async def script():
        with pytest.raises(ssl.SSLCertVerificationError):
            await aurora_dsql_asyncpg.connect(host=options["host"], port=options["port"], ssl=context)

    asyncio.run(script())
