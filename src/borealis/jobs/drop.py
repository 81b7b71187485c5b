"""DROP: after DROP TABLE or DROP INDEX, until the rows are gone from the disk.

The removing itself is the committer's housekeeping (storage.physical.clean_up): it must happen whether or not a job tells of it.
"""

from __future__ import annotations

from borealis.jobs.rows import OpenJob, Outcome
from borealis.jobs.tables import Tables
from borealis.transaction.committer import Committer


class Removal:
    def __init__(self, job: OpenJob, tables: Tables) -> None:
        pass

    def step(self, committer: Committer) -> Outcome | None:
        # Housekeeping comes first, so a job's turn means there is nothing left of what was dropped before it.
        return Outcome("completed")
