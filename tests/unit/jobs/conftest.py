"""A database in memory of the process whose jobs are done when a test says so."""

import random

import pytest

from borealis.clock import ManualClock
from borealis.executor.testing import EmbeddedEngine
from borealis.jobs.runner import JobRunner


class Cluster(EmbeddedEngine):
    def run(self, text):
        return self.session().run(text)


@pytest.fixture
def engine():
    with Cluster(
        ManualClock(), jobs=lambda database, clock: JobRunner(database, clock, random.Random(2))
    ) as engine:
        yield engine


@pytest.fixture
def jobs(engine):
    """Do all there is to do."""

    def work(committer):
        while committer.needs_maintenance:
            committer.maintain()

    return lambda: engine.loop.run_until_complete(engine.journal.between_batches(work))
