"""Dependencies between objects: pg_depend, and what DROP, RESTRICT and CASCADE, make of it.

    address.py       objects and their parts, kinds of dependencies
    uses.py          what stored trees use
    edges.py         the dependencies of one object
    graph.py         those of a catalog, in both directions
    deletion.py      what a DROP takes along, and what it says of it
    removal.py       the catalog without that
    system_rows.py   pg_depend

They are worked out of the catalog when they are asked for, not kept: what an object depends on is in its rows.
"""

from borealis.sql.dependencies import system_rows

__all__ = ["system_rows"]
