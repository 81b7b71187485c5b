"""One session's settings, and what a transaction's end makes of them.

    SET        holds at once; undone if its transaction fails or rolls back
    SET LOCAL  holds until the transaction ends, however it ends
    RESET      back to the startup packet's value, or the default

Each change inside a transaction notes what is to hold after COMMIT (`_kept`) over what was before it (`_before`); the
session calls commit or rollback at every transaction's end, and outside one every statement is a transaction.
Source: PostgreSQL 16 SET, SHOW; dsql-facts.md §3.1, §4.9.
"""

from __future__ import annotations

from collections.abc import Mapping

from borealis.errors import UndefinedObject
from borealis.settings.allow_list import ALLOWED, not_supported
from borealis.settings.fixed import FIXED

DEFAULT_READ_ONLY = "default_transaction_read_only"
ROLE = "role"

_DEFAULTS = {key: setting.default for key, setting in ALLOWED.items()} | {
    DEFAULT_READ_ONLY: "off",
    ROLE: "none",
}
_NAMES = {key: setting.name for key, setting in ALLOWED.items()} | {
    DEFAULT_READ_ONLY: DEFAULT_READ_ONLY,
    ROLE: ROLE,
}
_REPORTED = {key for key, setting in ALLOWED.items() if setting.reported} | {DEFAULT_READ_ONLY}


def _checked(startup: Mapping[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, text in startup.items():
        key = name.lower()
        setting = ALLOWED.get(key)
        if setting is None:
            raise not_supported(name)
        values[key] = setting.check(name, text, values.get(key, setting.default))
    return values


class Settings:
    """Settings of one session; startup holds those the startup packet asked for.

    Raises 0A000 off the allow-list, and what the checks raise.
    """

    __slots__ = (
        "_before",
        "_kept",
        "_reported",
        "_resets",
        "_touched",
        "_values",
        "read_only",
        "user",
        "version",
    )

    def __init__(self, user: str, startup: Mapping[str, str] | None = None) -> None:
        self.user = user
        self.version = 0
        """Moves whenever a value may have changed: what is derived from settings is kept by it."""
        self.read_only: bool | None = None
        """Whether the transaction is READ ONLY; None outside one."""
        self._resets = _DEFAULTS | _checked(startup or {})
        self._values = dict(self._resets)
        self._reported = {key: self._values[key] for key in _REPORTED}
        self._touched: dict[str, None] = {}
        self._before: dict[str, str] | None = None
        self._kept: dict[str, str] = {}

    def __getitem__(self, key: str) -> str:
        """Return the value of a settable parameter by its name in lower case."""
        return self._values[key]

    # SET and RESET

    def set(self, name: str, text: str | None, *, local: bool = False) -> None:
        """Give a parameter a value; None is its default. Raises 0A000 off the allow-list, and what the check raises."""
        key = name.lower()
        setting = ALLOWED.get(key)
        if setting is None:
            raise not_supported(name)
        value = self._resets[key] if text is None else setting.check(name, text, self._values[key])
        self._put(key, value, local=local)

    def set_read_only_default(self, value: bool) -> None:
        """What SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY does."""
        self._put(DEFAULT_READ_ONLY, "on" if value else "off", local=False)

    def set_role(self, role: str, *, local: bool) -> None:
        """Note the role taken; whether it may be is checked before."""
        self._put(ROLE, role, local=local)

    def reset_all(self) -> None:
        """RESET ALL; the role is not a part of it, as in PostgreSQL."""
        for key in reversed(self._values):
            if key != ROLE:
                self._put(key, self._resets[key], local=False)

    def _put(self, key: str, value: str, *, local: bool) -> None:
        if self._before is None:
            self._before = dict(self._values)
        if local:
            self._kept.setdefault(key, self._values[key])
        else:
            self._kept.pop(key, None)
        if self._values[key] != value:
            self._values[key] = value
            self._touch(key)

    def _touch(self, key: str) -> None:
        self.version += 1
        if key in _REPORTED:
            self._touched.pop(key, None)
            self._touched[key] = None

    # The end of a transaction

    def commit(self) -> None:
        if self._before is not None:
            self._restore(self._kept)

    def rollback(self) -> None:
        if self._before is not None:
            self._restore(self._before)

    def _restore(self, values: dict[str, str]) -> None:
        for key, value in values.items():
            if self._values[key] != value:
                self._values[key] = value
                self._touch(key)
        self._before = None
        self._kept = {}

    # SHOW and ParameterStatus

    def show(self, name: str) -> tuple[str, str]:
        """Return a parameter's name as PostgreSQL writes it and its value. Raises 42704 for one there is not."""
        key = name.lower()
        if (value := self._values.get(key)) is not None:
            return _NAMES[key], value
        if key == "session_authorization":
            return key, self.user
        if key == "transaction_read_only":
            return key, self._read_only()
        fixed = FIXED.get(key)
        if fixed is None:
            raise UndefinedObject(f'unrecognized configuration parameter "{name}"')
        return fixed.name, fixed.value

    def get(self, name: str) -> str | None:
        """Return a parameter's value, or None where there is no such parameter."""
        try:
            return self.show(name)[1]
        except UndefinedObject:
            return None

    def show_all(self) -> list[tuple[str, str, str]]:
        """Return name, value and description of every parameter, by name, as SHOW ALL does."""
        rows = [(_NAMES[key], self._values[key], setting.description) for key, setting in ALLOWED.items()]
        rows += [(fixed.name, fixed.value, fixed.description) for fixed in FIXED.values()]
        rows.append(
            (DEFAULT_READ_ONLY, self._values[DEFAULT_READ_ONLY], "Read-only status of new transactions.")
        )
        rows.append(("transaction_read_only", self._read_only(), "Read-only status of this transaction."))
        return sorted(rows, key=lambda row: row[0].lower())

    def _read_only(self) -> str:
        if self.read_only is None:
            return self._values[DEFAULT_READ_ONLY]
        return "on" if self.read_only else "off"

    def reported(self) -> list[tuple[str, str]]:
        """Return every parameter that a session's start reports."""
        pairs = [(_NAMES[key], self._values[key]) for key in _REPORTED]
        pairs += [(fixed.name, fixed.value) for fixed in FIXED.values() if fixed.reported]
        pairs.append(("session_authorization", self.user))
        return sorted(pairs)

    @property
    def has_changes(self) -> bool:
        """Whether a reported parameter may have changed since take_changes."""
        return bool(self._touched)

    def take_changes(self) -> list[tuple[str, str]]:
        """Return reported parameters whose value differs from the one last reported, the last touched first."""
        changes = []
        for key in reversed(self._touched):
            if self._reported[key] != self._values[key]:
                self._reported[key] = self._values[key]
                changes.append((_NAMES[key], self._values[key]))
        self._touched = {}
        return changes
