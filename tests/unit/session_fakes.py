"""An engine whose answers a test chooses, and a client without sockets: for what timing and faults do to a session."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "wire"))

import session_transcript as transcripts  # noqa: E402

from borealis.clock import ManualClock  # noqa: E402
from borealis.errors import QueryCanceled  # noqa: E402
from borealis.executor.compile.compilation import Output  # noqa: E402
from borealis.session.session import Session  # noqa: E402
from borealis.types import oids  # noqa: E402
from borealis.types.base import PLAIN  # noqa: E402
from borealis.wire import messages  # noqa: E402


@dataclass(frozen=True)
class FakeColumn(Output):
    name: str = "a"
    table: int = 0
    attnum: int = 0


@dataclass(eq=False)
class FakePlan:
    parsed: object
    tag: str
    columns: tuple | None
    parameter_types: tuple = ()
    catalog_version: int = 1
    is_cacheable: bool = True
    command: object = None
    alone: object = None

    @property
    def plans_version(self):
        return self.catalog_version

    @property
    def outputs(self):
        return self.columns or ()


class FakeResult:
    is_long = False
    notices = ()

    def __init__(self, rows=(), row_count=0):
        self.rows = list(rows)
        self.row_count = row_count
        self.is_closed = False

    async def run(self):
        pass

    def fetch(self, count=None):
        count = len(self.rows) if count is None else count
        rows, self.rows = self.rows[:count], self.rows[count:]
        return rows

    def cancel(self):
        pass

    def close(self):
        self.is_closed = True


class SlowResult(FakeResult):
    """Runs until it is told to go on, or cancelled."""

    is_long = True

    def __init__(self, rows=()):
        super().__init__(rows)
        self.go_on = asyncio.Event()
        self.is_cancelled = False

    async def run(self):
        await self.go_on.wait()
        if self.is_cancelled:
            raise QueryCanceled("canceling statement due to user request")
        self.is_long = False

    def cancel(self):
        self.is_cancelled = True
        self.go_on.set()


@dataclass
class FakeTransaction:
    engine: FakeEngine
    has_changes: bool = False
    fate: str = "open"

    def execute(self, plan, arguments, scope):
        self.engine.executed.append((plan.parsed.node_name, arguments))
        self.has_changes |= plan.parsed.node_name in ("InsertStmt", "UpdateStmt", "DeleteStmt", "CreateStmt")
        made = self.engine.answer(plan, arguments)
        self.engine.results.append(made)
        return made

    async def send_intent(self):
        self.fate = "committing"
        await asyncio.sleep(0)
        if self.engine.commit_gate is not None:
            await self.engine.commit_gate.wait()
        if self.engine.commit_error is not None:
            self.fate = "refused"
            raise self.engine.commit_error
        self.fate = "committed"

    def rollback(self):
        self.fate = "rolled back"

    def set_constraints(self, names, *, deferred):
        self.engine.executed.append(("ConstraintsSetStmt", (names, deferred)))

    def hold_references(self):
        pass

    def fire_references(self):
        pass


@dataclass
class FakeSnapshots:
    catalog_version: int = 1

    @property
    def plans_version(self):
        return self.catalog_version


@dataclass
class FakeEngine:
    """Queries have one int4 column `a`; answer says what each statement gives."""

    answer: Callable = lambda plan, arguments: FakeResult([(1,)] if plan.columns else [], 1)
    commit_error: Exception | None = None
    commit_gate: asyncio.Event | None = None
    snapshots: FakeSnapshots = field(default_factory=FakeSnapshots)
    executed: list = field(default_factory=list)
    results: list = field(default_factory=list)
    transactions: list = field(default_factory=list)
    parameter_types: tuple = ()
    catalog: object = None
    day: object = None

    def prepare(self, parsed, parameter_types, scope, now_us=None):
        columns = None
        if parsed.node_name == "SelectStmt":
            columns = (FakeColumn(oids.INT4, -1, PLAIN),)
        tag = {"CreateStmt": "CREATE TABLE", "DropStmt": "DROP TABLE"}.get(
            parsed.node_name, parsed.node_name.removesuffix("Stmt").upper()
        )
        return FakePlan(parsed, tag, columns, self.parameter_types, self.snapshots.catalog_version)

    def begin(self, scope, now_us=None, started_s=None):
        self.transactions.append(FakeTransaction(self))
        return self.transactions[-1]

    @property
    def fates(self):
        return [transaction.fate for transaction in self.transactions]


class FakeClient:
    """Hands messages to a session one by one; `say` waits for each, `send` gives back what is to be waited for."""

    def __init__(self, engine=None, clock=None, user="admin", **settings):
        self.engine = engine or FakeEngine()
        self.clock = clock or ManualClock()
        self.data = bytearray()
        self.events = []
        self.largest_unsent = 0
        self.on_drain = None
        self.session = Session(self.engine, self.clock, user, settings, self)

    def write(self, data):
        self.data += data
        self.largest_unsent = max(self.largest_unsent, len(self.data))

    async def drain(self):
        if self.on_drain is not None:
            self.on_drain()
        self.answers += self._take()

    def is_sync_next(self):
        return False

    def take_execution(self):
        return None

    def note(self, event):
        self.events.append(event.name)

    answers: list

    def send(self, line):
        message = transcripts.message(line) if isinstance(line, str) else line
        return self.session.handle(message)

    async def say_async(self, *lines):
        self.answers = []
        for line in lines:
            pending = self.send(line)
            if pending is not None:
                await pending
        return self.answers + self._take()

    def say(self, *lines):
        return asyncio.run(self.say_async(*lines))

    def query(self, text):
        return self.say(messages.Query(text))

    def _take(self):
        data, self.data = bytes(self.data), bytearray()
        return [transcripts.shown(kind, body) for kind, body in transcripts.frames(data)]

    take = _take


def sqlstates(answers):
    """Return the SQLSTATEs of the errors and notices among answers."""
    import json

    return [
        json.loads(answer.split(" ", 1)[1])["C"]
        for answer in answers
        if answer.startswith(("ErrorResponse", "NoticeResponse"))
    ]


def messages_of(answers):
    """Return the texts of the errors and notices among answers."""
    import json

    return [
        json.loads(answer.split(" ", 1)[1])["M"]
        for answer in answers
        if answer.startswith(("ErrorResponse", "NoticeResponse"))
    ]
