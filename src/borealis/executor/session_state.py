"""SessionState: what a session keeps from statement to statement, whatever its settings and its transactions do."""

from __future__ import annotations

from dataclasses import dataclass, field

from borealis.executor.sequences import SessionSequences
from borealis.functions.misc.client import Client
from borealis.functions.misc.generator import SessionChance


@dataclass(slots=True)
class SessionState:
    client: Client = field(default_factory=Client)
    sequences: SessionSequences = field(default_factory=SessionSequences)
    chance: SessionChance = field(default_factory=SessionChance)
