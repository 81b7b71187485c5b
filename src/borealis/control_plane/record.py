"""What is known of a cluster besides its data: one frozen value, written as a whole (node.cluster_records keeps it).

Statuses, and what makes them change:

    CREATING ──▶ ACTIVE ◀──▶ UPDATING          DELETING, and then nothing
       create       update (another key)         delete

A status that is on its way (CREATING, UPDATING, DELETING) is durable before the work begins, and the work can be begun again: a
control plane that starts finishes what another left.

Source: dsql-facts.md §8.3, §8.4.
"""

from __future__ import annotations

from typing import Any

import msgspec

CREATING, ACTIVE, UPDATING, DELETING = "CREATING", "ACTIVE", "UPDATING", "DELETING"

SERVED = frozenset({ACTIVE, UPDATING})
"""Clients may connect."""

REMEMBERED_MAX = 16
"""Requests with a client token that a cluster keeps the answers of."""


class Remembered(msgspec.Struct, frozen=True):
    """A request that was carried out, for the client that did not hear the answer and asks again."""

    operation: str
    token: str
    digest: str
    """Of its parameters: the same token with others is refused."""
    answer: dict[str, Any]


class ClusterPolicy(msgspec.Struct, frozen=True):
    document: str
    version: int


class ClusterRecord(msgspec.Struct, frozen=True):
    identifier: str
    status: str
    created_s: float
    """Since 1970."""
    is_protected: bool = True
    key: str | None = None
    """The name of the customer's key that wraps, or is to wrap, the data key; None: the installation's own."""
    tags: dict[str, str] = {}
    policy: ClusterPolicy | None = None
    policy_versions: int = 0
    """How many policies there have been: versions are not used twice."""
    metric_groups: tuple[str, ...] = ()
    remembered: tuple[Remembered, ...] = ()
    format: int = 1

    @property
    def is_served(self) -> bool:
        return self.status in SERVED

    def remembering(self, done: Remembered) -> ClusterRecord:
        kept = (*self.remembered[-REMEMBERED_MAX + 1 :], done)
        return msgspec.structs.replace(self, remembered=kept)
