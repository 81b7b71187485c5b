"""Write docs/compatibility.md from the conformance cases: `make compatibility`.

The score needs no run: every case that is not marked as a known gap passes, or `make test` fails, and so it does when a
known gap passes (tests/conformance/test_conformance.py).
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from tests.conformance.case import Case, read_cases

from borealis.sql.compatibility import features

PAGE = Path(__file__).parent.parent / "docs" / "compatibility.md"

_HEAD = """# Compatibility with Aurora DSQL

Generated from [tests/conformance/cases](../tests/conformance/cases) by `make compatibility`; a test fails when it lags.

A case is one behaviour of Aurora DSQL as it is publicly known, in statements and answers of our own words: what is accepted and what it
gives, what is refused and with which text and SQLSTATE. Each names its source; what is PostgreSQL's own is recorded from a PostgreSQL 16.
"""


def render(cases: list[Case]) -> str:
    """Return the page."""
    return "\n".join([_HEAD, *_score(cases), *_gaps(cases), *_dated()])


def _score(cases: list[Case]) -> list[str]:
    rows = [
        (group, len(members), sum(not case.known_gap for case in members))
        for group, members in (
            (group, list(found)) for group, found in groupby(cases, lambda case: case.group)
        )
    ]
    rows.append(("**all**", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    return [
        "## Score\n",
        "| group | cases | answered as DSQL does |",
        "| --- | ---: | ---: |",
        *(f"| {group} | {count} | {passed} |" for group, count, passed in rows),
        "",
    ]


def _gaps(cases: list[Case]) -> list[str]:
    gaps = [case for case in cases if case.known_gap]
    lines = [
        f"| {case.group} | {case.title} `{case.block.commands[-1].sql}` | {case.known_gap} |" for case in gaps
    ]
    return [
        "## Known gaps\n",
        "The list only shrinks: a case of it that passes fails the tests until it is taken off.\n",
        *(["| group | case | why |", "| --- | --- | --- |", *lines] if gaps else ["None."]),
        "",
    ]


def _dated() -> list[str]:
    lines = [
        f"| {feature.since} | {feature.until or ''} | {feature.what} | `{feature.text}` [{feature.sqlstate}] | {feature.source} |"
        for feature in features().values()
    ]
    return [
        "## What came when\n",
        "`borealis start --compatibility 2026-03`, or a cluster's tag `borealis:compatibility`, asks for Aurora DSQL as it was at the end of that month",
        "(`2026-03-15`: on that day); `Node.embedded(path, compatibility=…)` likewise. What came later is then refused with the text of its time. The default is `newest`.",
        "The table is [features.tsv](../src/borealis/sql/compatibility/features.tsv). Where a text of the time is not known, it follows the pattern of its kind.",
        "A day dates what statements may say; results, limits and plans are today's.\n",
        "| since | until | feature | else refused with | source |",
        "| --- | --- | --- | --- | --- |",
        *lines,
        "",
    ]


if __name__ == "__main__":
    PAGE.write_text(render(read_cases()))
