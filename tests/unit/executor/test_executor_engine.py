"""Transactions, plans and results: what no recording of PostgreSQL's shows."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from borealis.clock import ManualClock
from borealis.errors import (
    FeatureNotSupported,
    ProgramLimitExceeded,
    QueryCanceled,
    SerializationFailure,
    UndefinedTable,
    UniqueViolation,
)
from borealis.executor.result import BATCH_ROWS, Result
from borealis.executor.testing import EmbeddedEngine
from borealis.sql.parse import parse
from borealis.transaction.intent import Mode

COUNT_TO = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT {} FROM n"


def execute(session, transaction, sql, *values) -> Result:
    owner = session.owner
    plan = owner.engine.prepare(parse(sql)[0], (), owner.scope)
    return transaction.execute(plan, values, owner.scope)


# Conflicts


def test_first_committer_wins(embedded):
    one, two = embedded.session(), embedded.session()
    one.run("CREATE TABLE race (id int PRIMARY KEY, v int)")
    one.run("INSERT INTO race VALUES (1, 0), (2, 0)")
    for session in (one, two):
        session.run("BEGIN; UPDATE race SET v = v + 1 WHERE id = 1")
    one.run("COMMIT")
    with pytest.raises(SerializationFailure, match="OC000"):
        two.run("COMMIT")
    assert one.rows("SELECT v FROM race WHERE id = 1") == [("1",)]


def test_for_update_joins_the_footprint_by_key_and_by_scan(embedded):
    setup = embedded.session()
    setup.run("CREATE TABLE held (id int PRIMARY KEY, v int)")
    setup.run("INSERT INTO held VALUES (1, 0), (2, 0)")
    for select in (
        "SELECT v FROM held WHERE id = 1 FOR UPDATE",
        "SELECT v FROM held WHERE v >= 0 FOR UPDATE",
    ):
        reader, writer = embedded.session(), embedded.session()
        reader.run("BEGIN")
        reader.run(select)
        writer.run("UPDATE held SET v = v + 1 WHERE id = 1")
        with pytest.raises(SerializationFailure, match="OC000"):
            reader.run("COMMIT")


def test_lock_modes(embedded):
    session = embedded.session()
    session.run("CREATE TABLE modes (id int PRIMARY KEY, u int UNIQUE, v int)")
    session.run("INSERT INTO modes VALUES (1, 1, 0), (2, 2, 0), (3, 3, 0), (4, 4, 0)")
    session.run("BEGIN")
    session.run("UPDATE modes SET v = 1 WHERE id = 1")
    session.run("UPDATE modes SET u = 20 WHERE id = 2")
    session.run("UPDATE modes SET u = u, v = 3 WHERE id = 3")
    session.run("SELECT 1 FROM modes WHERE id = 4 FOR KEY SHARE")
    (pending,) = session.transaction.write_set.tables.values()
    assert {key: entry.mode for key, entry in pending.items()} == {
        (1,): Mode.UPDATE,
        (2,): Mode.UPDATE_KEY,
        (3,): Mode.UPDATE,
        (4,): Mode.KEY_SHARE,
    }


def test_reads_stay_at_their_snapshot(embedded):
    reader, writer = embedded.session(), embedded.session()
    writer.run("CREATE TABLE still (id int PRIMARY KEY, v int)")
    writer.run("INSERT INTO still VALUES (1, 1)")
    reader.run("BEGIN")
    assert reader.rows("SELECT v FROM still") == [("1",)]
    writer.run("UPDATE still SET v = 2")
    assert reader.rows("SELECT v FROM still WHERE id = 1") == [("1",)]
    reader.run("COMMIT")
    assert reader.rows("SELECT v FROM still WHERE id = 1") == [("2",)]


def test_a_read_by_key_needs_no_transaction(session):
    session.run("CREATE TABLE lone (id int PRIMARY KEY, v int)")
    session.run("INSERT INTO lone VALUES (7, 70)")
    snapshots = session.owner.engine.snapshots
    alone = session.plan("SELECT v FROM lone WHERE id = 7").alone
    assert alone.read_alone(snapshots, ()) == [(70,)]
    for sql in (
        "SELECT v FROM lone",
        "SELECT v FROM lone WHERE id = 7 FOR UPDATE",
        "SELECT v, now() FROM lone WHERE id = 7",
        "SELECT v, current_user FROM lone WHERE id = 7",
    ):
        assert session.plan(sql).alone is None, sql


def test_a_lone_read_that_fails_goes_the_long_way(session):
    session.run("CREATE TABLE lone_gone (id int PRIMARY KEY)")
    alone = session.plan("SELECT id FROM lone_gone WHERE id = 1").alone
    session.run("DROP TABLE lone_gone")
    session.owner.loop.run_until_complete(session.owner.journal.between_batches(remove_abandoned_tables))
    assert alone.read_alone(session.owner.engine.snapshots, ()) is None


# The catalog moves


def test_a_plan_is_made_again_when_the_catalog_moves(embedded):
    session = embedded.session()
    session.run("CREATE TABLE moving (id int PRIMARY KEY)")
    plan = session.plan("SELECT count(*) FROM moving")
    session.run("CREATE TABLE other_moving (id int)")
    transaction = embedded.engine.begin(embedded.scope)
    assert transaction.execute(plan, (), embedded.scope).fetch() == [(0,)]
    transaction.rollback()
    session.run("DROP TABLE moving")
    transaction = embedded.engine.begin(embedded.scope)
    with pytest.raises(UndefinedTable):
        transaction.execute(plan, (), embedded.scope)
    transaction.rollback()


def remove_abandoned_tables(committer):
    while committer.needs_maintenance:
        committer.maintain()


def test_a_plan_whose_columns_change_is_refused(embedded):
    session = embedded.session()
    session.run("CREATE TABLE shape (id int PRIMARY KEY)")
    plan = session.plan("SELECT * FROM shape")
    session.run("DROP TABLE shape")
    session.run("CREATE TABLE shape (id int PRIMARY KEY, more text)")
    transaction = embedded.engine.begin(embedded.scope)
    with pytest.raises(FeatureNotSupported, match="cached plan must not change result type"):
        transaction.execute(plan, (), embedded.scope)
    transaction.rollback()


def test_a_snapshot_before_a_catalog_change_meets_oc001(embedded):
    old, session = embedded.session(), embedded.session()
    session.run("CREATE TABLE before_ddl (id int PRIMARY KEY)")
    old.run("BEGIN; SELECT * FROM before_ddl")
    session.run("CREATE TABLE after_ddl (id int PRIMARY KEY)")
    session.rows("SELECT * FROM after_ddl")
    with pytest.raises(SerializationFailure, match="OC001"):
        old.run("SELECT * FROM after_ddl")
    old.transaction = None


def test_a_write_to_a_table_dropped_meanwhile_meets_oc001_at_commit(embedded):
    old, session = embedded.session(), embedded.session()
    session.run("CREATE TABLE written (id int PRIMARY KEY)")
    old.run("BEGIN; INSERT INTO written VALUES (1)")
    session.run("DROP TABLE written")
    with pytest.raises(SerializationFailure, match="OC001"):
        old.run("COMMIT")


# Limits


def test_three_thousand_rows_and_no_more(embedded):
    session = embedded.session()
    session.run("CREATE TABLE many (id int PRIMARY KEY)")
    with pytest.raises(ProgramLimitExceeded, match="transaction row limit exceeded"):
        session.run("INSERT INTO many SELECT * FROM generate_series(1, 3001)")
    assert session.run("INSERT INTO many SELECT * FROM generate_series(1, 3000)").tag == "INSERT 0 3000"
    assert session.run("UPDATE many SET id = id + 3000 WHERE id > 2000").tag == "UPDATE 1000"
    session.run("INSERT INTO many SELECT * FROM generate_series(10001, 10100)")
    with pytest.raises(ProgramLimitExceeded, match="transaction row limit exceeded"):
        session.run("DELETE FROM many")


def test_rows_that_conflict_do_not_count(embedded):
    session = embedded.session()
    session.run("CREATE TABLE filled (id int PRIMARY KEY)")
    session.run("INSERT INTO filled SELECT * FROM generate_series(1, 3000)")
    session.run("INSERT INTO filled SELECT * FROM generate_series(3001, 5000)")
    answer = session.run("INSERT INTO filled SELECT * FROM generate_series(1, 5001) ON CONFLICT DO NOTHING")
    assert answer.tag == "INSERT 0 1"


def test_for_key_share_is_not_counted(embedded):
    session = embedded.session()
    session.run("CREATE TABLE shared (id int PRIMARY KEY)")
    session.run("INSERT INTO shared SELECT * FROM generate_series(1, 3000)")
    session.run("INSERT INTO shared SELECT * FROM generate_series(3001, 3100)")
    session.run("BEGIN")
    assert len(session.rows("SELECT id FROM shared FOR KEY SHARE")) == 3100
    with pytest.raises(ProgramLimitExceeded):
        session.run("SELECT id FROM shared FOR UPDATE")


def test_sizes_of_columns_rows_and_keys(embedded):
    session = embedded.session()
    session.run("CREATE TABLE sized (k text PRIMARY KEY, a text, b text, c bytea)")
    mebibyte = "x" * (1024 * 1024)
    session.run("INSERT INTO sized VALUES ('ok', $1)", mebibyte)
    with pytest.raises(
        ProgramLimitExceeded, match="datatype limit greater than 1048576 bytes not supported for text"
    ):
        session.run("INSERT INTO sized VALUES ('a', $1)", mebibyte + "x")
    with pytest.raises(
        ProgramLimitExceeded, match="datatype limit greater than 1048576 bytes not supported for text"
    ):
        session.run("UPDATE sized SET b = a || 'x' WHERE k = 'ok'")
    with pytest.raises(ProgramLimitExceeded, match="maximum row size exceeded"):
        session.run("INSERT INTO sized VALUES ('b', $1, $1)", mebibyte)
    with pytest.raises(ProgramLimitExceeded, match="key size too large"):
        session.run("INSERT INTO sized VALUES ($1)", "é" * 513)
    session.run("INSERT INTO sized VALUES ($1)", "é" * 512)


def test_ten_mebibytes_at_commit(embedded):
    session = embedded.session()
    session.run("CREATE TABLE heavy (id int PRIMARY KEY, a text)")
    session.run("BEGIN")
    for number in range(11):
        session.run("INSERT INTO heavy VALUES ($1, $2)", str(number), "x" * 1_000_000)
    with pytest.raises(ProgramLimitExceeded, match="transaction size limit 10mb exceeded"):
        session.run("COMMIT")
    assert session.rows("SELECT count(*) FROM heavy") == [("0",)]


def test_a_transaction_grows_old():
    clock = ManualClock()
    with EmbeddedEngine(clock) as engine:
        session = engine.session()
        session.run("BEGIN; SELECT 1")
        clock.advance(299)
        session.run("SELECT 1")
        clock.advance(2)
        with pytest.raises(ProgramLimitExceeded, match="transaction age limit of 300s exceeded"):
            session.run("SELECT 1")


# Long and large results


def test_a_long_statement_runs_in_a_thread_and_is_remembered(session):
    sql = COUNT_TO.format(60_000, "sum(i)")
    owner = session.owner
    plan = owner.engine.prepare(parse(sql)[0], (), owner.scope)
    for first in (True, False):
        transaction = owner.engine.begin(owner.scope)
        result = transaction.execute(plan, (), owner.scope)
        assert result.is_long
        assert plan.is_long
        threads = []

        async def run(result=result, threads=threads):
            await result.run()
            threads.append(threading.current_thread())

        owner.loop.run_until_complete(run())
        assert not result.is_long
        assert result.fetch() == [(60_000 * 60_001 // 2,)], first
        transaction.rollback()


def test_a_long_update_writes_once(session):
    session.run("CREATE TABLE slow (id int PRIMARY KEY, v int)")
    session.run("INSERT INTO slow SELECT g, 0 FROM generate_series(1, 50) g")
    counted = COUNT_TO.format("20000 + slow.id", "count(*)")
    assert session.run(f"UPDATE slow SET v = v + 1 WHERE ({counted}) > 0").tag == "UPDATE 50"
    assert session.rows("SELECT DISTINCT v FROM slow") == [("1",)]


def test_cancel_stops_a_long_statement(session):
    owner = session.owner
    transaction = owner.engine.begin(owner.scope)
    result = execute(session, transaction, COUNT_TO.format(500_000_000, "count(*)"))
    assert result.is_long

    async def cancel_soon():
        run = asyncio.ensure_future(result.run())
        await asyncio.sleep(0.02)
        result.cancel()
        with pytest.raises(QueryCanceled, match="canceling statement due to user request"):
            await run

    started = time.monotonic()
    owner.loop.run_until_complete(cancel_soon())
    assert time.monotonic() - started < 2
    transaction.rollback()
    assert session.rows("SELECT 1") == [("1",)]  # the connection is as good as before


def test_whoever_stops_waiting_stops_the_statement(session):
    owner = session.owner
    transaction = owner.engine.begin(owner.scope)
    result = execute(session, transaction, COUNT_TO.format(500_000_000, "count(*) + 1"))

    async def give_up():
        run = asyncio.ensure_future(result.run())
        await asyncio.sleep(0.02)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run

    owner.loop.run_until_complete(give_up())
    transaction.rollback()  # the thread has let go of the connection
    assert session.rows("SELECT 1") == [("1",)]


def test_a_cancel_before_the_thread_starts_counts(session):
    owner = session.owner
    transaction = owner.engine.begin(owner.scope)
    result = execute(session, transaction, COUNT_TO.format(500_000_000, "count(*) + 2"))
    assert result.is_long
    result.cancel()
    with pytest.raises(QueryCanceled):
        owner.loop.run_until_complete(result.run())
    transaction.rollback()
    assert session.rows(COUNT_TO.format(50_000, "count(*)")) == [("50000",)]


def test_many_rows_come_in_parts(session):
    session.run("CREATE TABLE rows_of_many (id int PRIMARY KEY)")
    session.run("INSERT INTO rows_of_many SELECT * FROM generate_series(1, 3000)")
    transaction = session.owner.engine.begin(session.owner.scope)
    result = execute(session, transaction, "SELECT id FROM rows_of_many ORDER BY id")
    assert not result.is_done
    seen = []
    while not result.is_done:
        part = result.fetch(700)
        assert len(part) <= 700
        seen += part
    assert seen == [(n,) for n in range(1, 3001)]
    assert result.row_count == 3000
    transaction.rollback()


def test_statements_between_the_parts_of_a_result(session):
    """A suspended portal goes on over what it saw when it began, whatever the transaction writes meanwhile."""
    session.run("CREATE TABLE parted (id int PRIMARY KEY, v int)")
    session.run("INSERT INTO parted SELECT g, 0 FROM generate_series(1, 2000) g")
    transaction = session.owner.engine.begin(session.owner.scope)
    execute(session, transaction, "UPDATE parted SET v = 1 WHERE id = 1999")
    result = execute(session, transaction, "SELECT id, v FROM parted ORDER BY id")
    first = list(result.fetch(10))
    execute(session, transaction, "UPDATE parted SET v = 2 WHERE id >= 1990")
    execute(session, transaction, "DELETE FROM parted WHERE id = 1500")
    assert execute(session, transaction, "SELECT count(*) FROM parted WHERE v = 2").fetch() == [(11,)]
    rest = list(result.fetch())
    assert first + rest == [(n, 1 if n == 1999 else 0) for n in range(1, 2001)]
    transaction.rollback()


def test_an_open_result_does_not_keep_its_transaction_from_ending(session):
    session.run("CREATE TABLE left_open (id int PRIMARY KEY)")
    session.run(f"INSERT INTO left_open SELECT * FROM generate_series(1, {BATCH_ROWS * 3})")
    for _ in range(3):
        transaction = session.owner.engine.begin(session.owner.scope)
        execute(session, transaction, "SELECT id FROM left_open").fetch(5)
        transaction.rollback()
    assert session.rows("SELECT count(*) FROM left_open") == [(str(BATCH_ROWS * 3),)]


def test_a_failed_statement_leaves_the_connection_whole(session):
    session.run("CREATE TABLE whole (id int PRIMARY KEY)")
    session.run("INSERT INTO whole VALUES (1)")
    for _ in range(3):
        with pytest.raises(UniqueViolation):
            session.run("INSERT INTO whole VALUES (1)")
    assert session.rows("SELECT id FROM whole") == [("1",)]


def test_overlay_tables_outlive_the_transaction_that_made_them(session):
    session.run("CREATE TABLE laid (id int PRIMARY KEY, v text)")
    for number in range(4):
        session.run("BEGIN")
        session.run(f"INSERT INTO laid VALUES ({number}, 'own')")
        assert session.rows("SELECT count(*) FROM laid WHERE v = 'own'") == [(str(number + 1),)]
        session.run("COMMIT")
    assert session.rows("SELECT count(*) FROM laid") == [("4",)]


def test_an_array_of_rows_in_a_record_of_json_is_refused(session):
    """Its elements would have to be read as records each."""
    session.run("CREATE TABLE pair (a int, b text)")
    with pytest.raises(FeatureNotSupported, match=r"datatype pair\[\] in a record of JSON not supported"):
        session.run("""SELECT * FROM json_to_record('{"r": [{"a": 1}]}') AS x (r pair[])""")
