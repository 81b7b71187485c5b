from __future__ import annotations

from collections.abc import Iterator

import pytest

from borealis.executor.testing import EmbeddedEngine, EngineSession


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine() as engine:
        yield engine


@pytest.fixture
def session(embedded: EmbeddedEngine) -> Iterator[EngineSession]:
    session = embedded.session()
    yield session
    if session.transaction is not None:
        session.transaction.rollback()
