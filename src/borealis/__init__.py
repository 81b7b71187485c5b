"""Borealis: an open implementation of Amazon Aurora DSQL.

The parts and their order are in ARCHITECTURE.md; `borealis.node.Node.embedded` runs a whole database in one process.
"""
