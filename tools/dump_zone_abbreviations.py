"""Write types/zone_abbreviations.tsv from the default abbreviations of the PostgreSQL 16 in the pgserver wheel.

    .venv/bin/python tools/dump_zone_abbreviations.py

Each line is an abbreviation, its offset in seconds east of Greenwich or the zone that defines it, and D if it is daylight time.
"""

from __future__ import annotations

from pathlib import Path

import pgserver

SOURCE = Path(pgserver.__file__).parent / "pginstall/share/postgresql/timezonesets/Default"
TARGET = Path(__file__).parent.parent / "src/borealis/types/zone_abbreviations.tsv"


def main() -> None:
    lines = []
    for line in SOURCE.read_text(encoding="utf-8").splitlines():
        name, *rest = line.partition("#")[0].split() or [""]
        if name and not name.startswith("@"):
            lines.append("\t".join((name.lower(), rest[0], "D" if "D" in rest[1:] else "")))
    TARGET.write_text("".join(line + "\n" for line in sorted(lines)), encoding="utf-8")
    print(f"{len(lines)} abbreviations")


if __name__ == "__main__":
    main()
