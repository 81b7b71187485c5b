"""Conformance cases: what Aurora DSQL answers, one behaviour a case, grouped as the recording of a live cluster is.

The files of cases/ are golden scripts (tests/scripts/script.py), a block a case: what it is about, its source, maybe

    # known gap: why Borealis answers otherwise
    # oracle: postgresql                            the answers are a real PostgreSQL 16's, and recorded from there

A case starts from nothing and leaves nothing. It states what is known: a `*` in an error's line stands for any text or
code, and Detail, Hint and Position count where the case has them.
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from pathlib import Path

from tests.scripts.script import Block, Script, read_script

HERE = Path(__file__).parent
FILES = sorted((HERE / "cases").glob("*.script"))

_ADDED = ("Detail: ", "Hint: ", "Position: ")


@dataclass(frozen=True)
class Case:
    group: str
    block: Block

    def _said(self, name: str) -> str | None:
        prefix = f"# {name}: "
        return next((line.removeprefix(prefix) for line in self.block.lines if line.startswith(prefix)), None)

    @property
    def title(self) -> str:
        return self.block.lines[0].removeprefix("# ")

    @property
    def source(self) -> str | None:
        return self._said("source")

    @property
    def known_gap(self) -> str | None:
        """Why Borealis does not answer so, or None."""
        return self._said("known gap")

    @property
    def script(self) -> Script:
        return Script(HERE / "cases" / f"{self.group}.script", [self.block])

    @property
    def name(self) -> str:
        words = re.findall(r"[a-z0-9]+", self.title.lower())
        return f"{self.group}-{'_'.join(words)}"

    def differences(self, answered: list[str]) -> list[str]:
        """Return the lines that are not as they should be, each with what stands in its place."""
        expected = self.block.expected
        kept = [line for line in answered if not _added(line) or _added(line) in map(_added, expected)]
        length = max(len(expected), len(kept))
        pairs = zip(_padded(expected, length), _padded(kept, length), strict=True)
        return [f"expected {ours!r}, answered {theirs!r}" for ours, theirs in pairs if not _is(theirs, ours)]


def _added(line: str) -> str | None:
    """Return which addition to an error a line is."""
    text = re.sub(r"^\w+: (?=[A-Z]\w+: )", "", line)
    return next((prefix for prefix in _ADDED if text.startswith(prefix)), None)


def _padded(lines: list[str], length: int) -> list[str]:
    return lines + [""] * (length - len(lines))


def _is(answered: str, expected: str) -> bool:
    if "Error: " in expected and "*" in expected:
        return fnmatch.fnmatchcase(answered, expected.replace("[", "[[]"))
    return answered == expected


def read_cases() -> list[Case]:
    return [Case(path.stem, block) for path in FILES for block in read_script(path).blocks]
