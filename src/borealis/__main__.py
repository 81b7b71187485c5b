"""`python -m borealis`: the command line, where the package's script is not on the path."""

from borealis.cli import main

main()
