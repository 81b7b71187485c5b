"""Random sequences of messages, the same for a seed: sense and nonsense of both protocols, transactions, settings, COPY."""

from __future__ import annotations

import random

from borealis.wire import messages

SETUP = (
    "create table t (id int primary key, v text)",
    "insert into t values (1, 'one'), (2, 'two'), (3, 'three')",
)
RESTORE = ("delete from t", SETUP[1])

STATEMENTS = (
    "",
    "begin",
    "begin read only",
    "commit",
    "copy (select id, v from t order by id) to stdout",
    "delete from t where id > 100",
    "insert into t values ($1, $2)",
    "insert into t values (1, 'dup')",
    "rollback",
    "selec",
    "select $1::int",
    "select 1",
    "select 1; select 2",
    "select 10 / $1",
    "select id from t order by id",
    "select id, v from t where id = $1",
    "select no_such",
    "set application_name to 'q'",
    "set local application_name to 'l'",
    "show application_name",
    "update t set v = 'y' where id = 1 returning id",
    "update t set v = 'z' where id = 2",
)
COPIES = ("copy t from stdin", "select 1; copy t (id) from stdin csv; select 2")
ROWS = (b"7\tseven\n", b"8\n", b"x\ty\n", b"9\t\\N\n10\tten\n", b"1\tdup\n")


def sequence(seed: int) -> list[messages.FrontendMessage]:
    chance = random.Random(seed)
    said: list[messages.FrontendMessage] = []
    for _ in range(chance.randint(1, 25)):
        said += _step(chance)
    said += [messages.Sync(), messages.Query("rollback"), messages.Query("select id, v from t order by id")]
    return said


def _step(chance: random.Random) -> list[messages.FrontendMessage]:
    statement, portal = chance.choice(("", "a", "b")), chance.choice(("", "p", "q"))
    match chance.choices(("query", "parse", "bind", "describe", "execute", "close", "sync", "copy"), WEIGHTS)[
        0
    ]:
        case "query":
            several = chance.random() < 0.2
            texts = chance.sample(STATEMENTS, 3) if several else [chance.choice(STATEMENTS)]
            return [messages.Query("; ".join(texts))]
        case "parse":
            return [messages.Parse(statement, chance.choice(STATEMENTS), ())]
        case "bind":
            count = chance.choice((0, 0, 1, 2))
            values = tuple(chance.choice((b"1", b"2", b"x", b"0", None, b"200")) for _ in range(count))
            return [messages.Bind(portal, statement, (), values, chance.choice(((), (), (0,), (1,))))]
        case "describe":
            kind = chance.choice("SP")
            return [messages.Describe(kind, statement if kind == "S" else portal)]
        case "execute":
            return [messages.Execute(portal, chance.choice((0, 0, 1, 2, 5)))]
        case "close":
            kind = chance.choice("SP")
            return [messages.Close(kind, statement if kind == "S" else portal)]
        case "sync":
            return [messages.Sync()]
    copy = messages.Query(chance.choice(COPIES))
    if chance.random() < 0.3:
        return [copy, messages.CopyFail("enough")]
    # One chunk: PostgreSQL inserts rows in batches, so that of two errors it may tell the second.
    return [copy, messages.CopyData(chance.choice(ROWS)), messages.CopyDone()]


WEIGHTS = (20, 22, 20, 8, 15, 5, 10, 6)
