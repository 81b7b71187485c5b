"""The repository holds what its pages say: paths exist, commands exist, decisions are numbered once."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SOURCES = sorted((ROOT / "src").rglob("*.py"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)\)", page.read_text())
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert not missing


def test_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)\b", (ROOT / "README.md").read_text()))
    assert named <= targets


def test_commands_of_the_readme_exist() -> None:
    from borealis.cli.group import COMMANDS

    named = set(re.findall(r"bin/borealis ([a-z]+)", (ROOT / "README.md").read_text()))
    assert named <= COMMANDS.keys()


def test_decisions_are_numbered_once() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


def test_every_part_of_the_architecture_is_a_folder_of_the_source() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text()
    parts = {path.name for path in (ROOT / "src" / "borealis").iterdir() if (path / "__init__.py").exists()}
    named = set(re.findall(r"^\| \[(\w+)\]\(src/borealis/", page, re.MULTILINE))
    assert parts - named <= {"settings"}
    assert named <= parts


def test_modules_say_what_they_are() -> None:
    silent = [path for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text()))]
    assert not silent


def test_ci_calls_what_the_readme_calls() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()
    assert "make test" in (ROOT / "README.md").read_text()
