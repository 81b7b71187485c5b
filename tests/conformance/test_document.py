"""docs/compatibility.md says what the cases say."""

from __future__ import annotations

from tools.write_compatibility import PAGE, render

from .case import read_cases


def test_the_page_is_of_these_cases() -> None:
    assert PAGE.read_text() == render(read_cases()), "run `make compatibility`"
