"""Questions about bound trees, under the name the compilers know them by: borealis.sql.bound.trees."""

from borealis.sql.bound.trees import (
    any_node,
    children,
    conjuncts,
    is_constant,
    is_literal,
    is_volatile,
    relations_named,
    stands_alone_in_group,
    walk,
)

__all__ = [
    "any_node",
    "children",
    "conjuncts",
    "is_constant",
    "is_literal",
    "is_volatile",
    "relations_named",
    "stands_alone_in_group",
    "walk",
]
