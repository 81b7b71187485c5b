"""Reads the recorded function cases; the format is README.md beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Case:
    family: str
    line: int  # in the .tsv
    text: str
    kind: str  # a type's name, `=` for a query's rows, `set`, or `!SQLSTATE`
    answer: str | None = None  # text form, rows as JSON, or the error's message
    detail: str | None = None
    hint: str | None = None

    @property
    def is_error(self) -> bool:
        return self.kind.startswith("!")

    @property
    def sqlstate(self) -> str:
        return self.kind[1:]


_ESCAPES = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}


def unescape(text: str) -> str | None:
    if text == "\\N":
        return None
    parts = iter(text)
    return "".join(_ESCAPES[next(parts)] if char == "\\" else char for char in parts)


def read(family: str) -> list[Case]:
    cases = []
    lines = (HERE / f"{family}.tsv").read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines[:-1], 1):
        fields = line.split("\t")
        text = unescape(fields[0]) or ""
        cases.append(Case(family, number, text, fields[1], *(unescape(field) for field in fields[2:])))
    return cases


def families() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.tsv"))


def known_gaps(family: str) -> dict[str, str]:
    """Return the cases that Borealis is known to answer differently, with the reason (known_gaps.txt)."""
    gaps = {}
    for line in (HERE / "known_gaps.txt").read_text(encoding="utf-8").splitlines():
        gap_family, text, reason = line.split("\t")
        if gap_family == family:
            gaps[text] = reason
    return gaps
