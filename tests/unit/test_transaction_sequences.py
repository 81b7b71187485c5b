"""Blocks of numbers: what is noted, what is given, and what ends a sequence's row."""

import pytest

from borealis.errors import NumericValueOutOfRange, SequenceGeneratorLimitExceeded, SerializationFailure
from borealis.executor.testing import EmbeddedEngine
from borealis.transaction.sequences import Block, Position, SequenceRequest


@pytest.fixture
def engine():
    with EmbeddedEngine() as engine:
        yield engine


def made(engine, sql):
    session = engine.session()
    session.run(sql)
    return engine.engine.catalog.sequences[-1].oid


def test_a_block_has_as_many_numbers_as_the_cache_and_stops_at_the_limit(engine):
    oid = made(engine, "CREATE SEQUENCE s CACHE 65536 INCREMENT 10 MAXVALUE 700000")
    take = engine.journal.take
    assert take(SequenceRequest(oid, 0)) == Block(1, 655_351, 10)
    assert take(SequenceRequest(oid, 0)) == Block(655_361, 699_991, 10)
    with pytest.raises(SequenceGeneratorLimitExceeded, match=r'maximum value of sequence "s" \(700000\)'):
        take(SequenceRequest(oid, 0))


def test_a_position_outside_the_bounds_is_refused_and_nothing_moves(engine):
    oid = made(engine, "CREATE SEQUENCE s CACHE 1")
    with pytest.raises(NumericValueOutOfRange):
        engine.journal.take(SequenceRequest(oid, 0, Position(0, True)))
    assert engine.journal.take(SequenceRequest(oid, 0)) == Block(1, 1, 1)


def test_an_older_generation_gives_no_more_blocks(engine):
    oid = made(engine, "CREATE SEQUENCE s CACHE 1")
    engine.journal.take(SequenceRequest(oid, 0))
    engine.session().run("ALTER SEQUENCE s RESTART WITH 9")
    with pytest.raises(SerializationFailure, match="OC001"):
        engine.journal.take(SequenceRequest(oid, 0))
    assert engine.journal.take(SequenceRequest(oid, 1)) == Block(9, 9, 1)


def test_what_is_noted_goes_with_the_sequence(engine):
    oid = made(engine, "CREATE SEQUENCE s CACHE 1")
    engine.journal.take(SequenceRequest(oid, 0))
    count = "SELECT count(*) FROM sequence_value"
    assert engine.database.writer.execute(count).get == 1
    engine.session().run("DROP SEQUENCE s")
    assert engine.database.writer.execute(count).get == 0
