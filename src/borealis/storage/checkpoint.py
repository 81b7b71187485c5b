"""Checkpoints: folds the write-ahead log into the database beside the running load.

    commits ── log grows ── PASSIVE checkpoints in a thread of their own: copy pages, wait for nobody
                              │ caught up, and the log is long
                              └── RESTART between two batches: the last pages, then the log begins anew

Readers pin the log: what was committed after the oldest snapshot cannot be copied. So a reader that sits on its snapshot makes
the log grow, and nothing else; RESTART is tried only when PASSIVE has caught up, waits RESTART_WAIT_MS at most for readers
to leave, and after a failure not again for a second, then two, up to half a minute.

Invariant: no commit waits for a PASSIVE checkpoint. A checkpoint that fails (a full disk) loses nothing: the log keeps it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import apsw

from borealis.clock import Clock
from borealis.storage.files import BUSY_TIMEOUT_MS, ClusterFiles

PASSIVE_PAGES = 4_000  # of log since the last checkpoint: 16 MiB
RESTART_PAGES = 16_000  # of log in all: 64 MiB
PINNED_PAGES = (
    500  # of log behind a reader's snapshot; a few are behind those that will have left in a moment
)
ROUNDS_MAX = 6  # of PASSIVE before a RESTART, so that little is left for it
RESTART_WAIT_MS = 20
_LOOK_AGAIN_S = 0.0005
OVERDUE_PAGES = 2 * RESTART_PAGES  # whoever commits without ever pausing for maintenance pays here
RETRY_S_MIN, RETRY_S_MAX = 1.0, 30.0
TRUNCATE_PAGES = 64_000  # a log this long, left by a slow reader, is given back to the file system


class Checkpointer:
    """note_commit and restart are called by whoever commits, work by a thread of this object's own.

    A test may do without the thread and call work itself.
    """

    def __init__(
        self,
        files: ClusterFiles,
        clock: Clock,
        on_error: Callable[[apsw.Error], None] | None = None,
        *,
        with_thread: bool = True,
    ) -> None:
        self._files = files
        self._clock = clock
        self._on_error = on_error or (lambda error: None)
        self._with_thread = with_thread
        self._wake = threading.Event()
        self._is_closing = False
        self._thread: threading.Thread | None = None
        self._connection: apsw.Connection | None = None  # the thread's
        self._checkpointing = threading.Lock()  # SQLite refuses a second checkpoint at once, even to RESTART
        self._noted_pages = 0  # of log, when a checkpoint was last asked for
        self._restart_due = False
        self._retry_s = RETRY_S_MIN
        self._retry_at_s = 0.0

    def note_commit(self, wal_pages: int) -> None:
        """Learn the length of the log; cheap."""
        if wal_pages < self._noted_pages:
            self._noted_pages = 0  # it has begun anew
        if wal_pages - self._noted_pages >= PASSIVE_PAGES:
            self._noted_pages = wal_pages
            if self._thread is None and self._with_thread:
                self._thread = threading.Thread(target=self._run, name="checkpoint", daemon=True)
                self._thread.start()
            self._wake.set()

    @property
    def is_restart_due(self) -> bool:
        return (
            self._restart_due
            and not self._checkpointing.locked()
            and self._clock.monotonic_s() >= self._retry_at_s
        )

    @property
    def is_overdue(self) -> bool:
        """The log has become so long that the next batch had better wait the milliseconds."""
        return self._noted_pages > OVERDUE_PAGES and self.is_restart_due

    def restart(self, writer: apsw.Connection) -> None:
        """Try to begin the log anew, for a bounded time; called between batches."""
        if not self._checkpointing.acquire(blocking=False):
            return  # it stays due
        give_up_s = time.monotonic() + RESTART_WAIT_MS / 1_000
        writer.set_busy_handler(lambda tried: _wait_for_readers(give_up_s))
        is_long = self._noted_pages > TRUNCATE_PAGES
        mode = apsw.SQLITE_CHECKPOINT_TRUNCATE if is_long else apsw.SQLITE_CHECKPOINT_RESTART
        try:
            self._restart_due = False
            writer.wal_checkpoint(None, mode)
            self._retry_s = RETRY_S_MIN
        except apsw.Error as error:
            self._retry_at_s = self._clock.monotonic_s() + self._retry_s
            self._retry_s = min(self._retry_s * 2, RETRY_S_MAX)
            if not isinstance(error, apsw.BusyError | apsw.LockedError):
                self._on_error(error)
        finally:
            writer.set_busy_timeout(BUSY_TIMEOUT_MS)  # in the handler's place
            self._checkpointing.release()

    def work(self) -> None:
        """Do the checkpoint that note_commit has asked for, if any."""
        if not self._wake.is_set():
            return
        self._wake.clear()
        if self.is_restart_due:
            return  # which does the same and more
        try:
            with self._checkpointing:
                self._connection = self._connection or self._files.connect_writer()
                self._passive(self._connection)
        except apsw.BusyError:
            return  # a commit was writing the log's index just then; there is another round soon
        except apsw.Error as error:
            self._on_error(error)

    def _run(self) -> None:
        while not self._is_closing:
            self._wake.wait()
            self.work()

    def _passive(self, connection: apsw.Connection) -> None:
        log_pages, copied_pages = self._round(connection)
        if log_pages < RESTART_PAGES:
            return
        # SQLite syncs the database only in a round that meets the log's end; the sync is what takes long. So go on until
        # rounds have become short: each copies what was committed during the one before.
        for _ in range(ROUNDS_MAX):
            before = copied_pages
            log_pages, copied_pages = self._round(connection)
            if copied_pages == before < log_pages - PINNED_PAGES:
                return  # a reader pins the log
        self._restart_due = True

    def _round(self, connection: apsw.Connection) -> tuple[int, int]:
        """Copy what can be copied; return the log's pages, and how many of them are in the database."""
        return connection.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_PASSIVE)

    def close(self) -> None:
        self._is_closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        if self._connection is not None:
            self._connection.close()


def _wait_for_readers(give_up_s: float) -> bool:
    """Wait a little for readers to leave; SQLite's own handler would sleep ever longer, while commits wait."""
    time.sleep(_LOOK_AGAIN_S)
    return time.monotonic() < give_up_s
