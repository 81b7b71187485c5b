"""Logs: structured events on stderr, JSON lines for machines, coloured columns on a terminal. stdout stays for answers."""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO, cast

import structlog
import structlog.tracebacks

LEVELS = ("debug", "info", "warning", "error")


class _Unfailing:
    """stderr whose reader may go away: a log line that cannot be written is no reason to stop serving."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        try:
            self._file.write(text)
        except (OSError, ValueError):
            pass

    def flush(self) -> None:
        try:
            self._file.flush()
        except (OSError, ValueError):
            pass


# Without local variables: those of a statement are its rows and parameters, which are no one's who reads the log.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def configure(level: str) -> None:
    """Send this process's events, and those of the processes it forks, to stderr from this level on."""
    if sys.stderr.isatty():
        shape: list[Any] = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        time = structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)
    else:
        shape = [_TRACEBACKS, structlog.processors.JSONRenderer()]
        time = structlog.processors.TimeStamper(fmt="iso", utc=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            time,
            *shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Unfailing(sys.stderr))),
        cache_logger_on_first_use=True,
    )
