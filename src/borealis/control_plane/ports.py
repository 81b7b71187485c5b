"""What the control plane needs of the node it belongs to.

Records are small and written in the event loop; the works of ClusterHost take longer and are done in threads, but for release,
which waits for another process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from borealis.auth.principals import Identities
from borealis.control_plane.record import ClusterRecord

CurrentIdentities = Callable[[], Identities]


class Records(Protocol):
    """Where records are kept; every write is durable and whole when it returns."""

    def all(self) -> Iterable[ClusterRecord]: ...

    def add(self, record: ClusterRecord) -> None:
        """Keep the record of a cluster there is nothing of yet."""
        ...

    def replace(self, record: ClusterRecord) -> None: ...


class ClusterHost(Protocol):
    """Clusters as files and processes. Each of its works may be asked for again after a crash."""

    def build(self, identifier: str, key: str | None) -> None:
        """Make a cluster's files, its data key wrapped by the key of this name."""
        ...

    def rewrap(self, identifier: str, key: str | None) -> None:
        """Have the data key wrapped by another key; whoever has the cluster open notices nothing."""
        ...

    async def release(self, identifier: str) -> None:
        """Have every process let go of a cluster: its commits are done, its connections closed.

        Raises:
            ConnectionError: the storage process is not there; ask again.
        """
        ...

    def remove(self, identifier: str) -> None:
        """Take a released cluster's directory away, record and all: at once, or not at all."""
        ...


class Keys(Protocol):
    """The customer's keys."""

    def find(self, name: str) -> str | None:
        """Return the name of the key that a name, an alias or an ARN stands for; None if there is none.

        Keys are not created by being named: a typing error would be a key nobody knows of.
        """
        ...

    def is_there(self, name: str) -> bool:
        """Tell whether a key can be used now."""
        ...
