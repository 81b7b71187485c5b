"""Routing: which cluster a connection is for.

    SNI <id>.dsql[-xxxx].<region>.<domain>   names it; else
    startup option amzn-cluster-id           names it (private networks, clients without SNI); else
    the only cluster of the node             a name that is no cluster's (localhost, an address) says nothing

An id is a DNS label, so its case does not matter. Where several clusters could be meant, none is guessed.

Source: dsql-facts.md §1.1, §2.3.
"""

from __future__ import annotations

import re
from typing import Protocol

from borealis.errors import ConnectionFailure

_IDENTIFIER = re.compile(r"[a-z0-9]{26}", re.ASCII)


class Clusters(Protocol):
    """The clusters that the connections of one process may be for."""

    def only(self) -> str | None:
        """Return the node's cluster, if it has just one."""
        ...

    async def open(self, cluster_id: str) -> None:
        """Have a cluster ready for sessions.

        Raises:
            SqlError: there is no such cluster, or it cannot be connected to now.
        """
        ...


def route(clusters: Clusters, requested_name: str | None, option: str | None) -> str:
    """Return the cluster that a client wants; whether it is there is found when it is opened.

    Raises:
        ConnectionFailure: it did not say, and there is not just one.
    """
    named = cluster_label(requested_name)
    if named is None and option is not None:
        named = option.lower()
    if named is not None:
        return named
    only = clusters.only()
    if only is None:
        raise ConnectionFailure("unable to accept connection, sni was not received")
    return only


def cluster_label(name: str | None) -> str | None:
    """Return the cluster that a host name is for; None for names that are no cluster's."""
    if name is None:
        return None
    label, _, rest = name.lower().partition(".")
    service = rest.partition(".")[0].partition("-")[0]
    return label if service == "dsql" and _IDENTIFIER.fullmatch(label) else None


def unknown_cluster(cluster_id: str) -> ConnectionFailure:
    """Return the refusal for a cluster that is not there; its words are those of every refusal."""
    shown = cluster_id if _IDENTIFIER.fullmatch(cluster_id) else cluster_id[:64]
    return ConnectionFailure(
        "unable to accept connection, access denied", hint=f"Cluster {shown} does not exist on this node."
    )


class OneCluster:
    """The clusters of a process that has one: an embedded node, a test."""

    def __init__(self, cluster_id: str) -> None:
        self._cluster_id = cluster_id

    def only(self) -> str:
        return self._cluster_id

    async def open(self, cluster_id: str) -> None:
        if cluster_id != self._cluster_id:
            raise unknown_cluster(cluster_id)
