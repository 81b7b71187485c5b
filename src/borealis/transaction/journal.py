"""Journal: where intents are decided, ordered and made durable.

The local form is in this part; processes reach it over a socket (borealis.node), a cluster of machines will reach a
replicated one. Nothing above knows which.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from borealis.transaction.intent import Commit, Intent
from borealis.transaction.sequences import Block, SequenceRequest


class Journal(Protocol):
    def commit(self, intent: Intent) -> Awaitable[Commit]:
        """Decide and apply the intent; the answer means durable and visible.

        Raises:
            SerializationFailure: 40001, OC000 or OC001; nothing was applied.
            DiskFull: 53100; nothing was applied.
        """
        ...

    def take(self, request: SequenceRequest) -> Block:
        """Reserve numbers of a sequence, durably; waits for the disk, and may be called in any thread.

        Raises what sequences.take raises; DiskFull.
        """
        ...
