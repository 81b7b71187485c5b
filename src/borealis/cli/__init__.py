"""The command line: `borealis start` and its companions; the composition root. Commands are imported when called, so each
starts as fast as what it needs.
"""

from __future__ import annotations


def main() -> None:
    """Run the command line; the entry point named in pyproject.toml."""
    from borealis.cli.group import borealis

    borealis.main(prog_name="borealis")
