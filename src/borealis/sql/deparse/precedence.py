"""Which nodes stand without parentheses inside which others, in pretty text. Source: what PostgreSQL 16 shows."""

from __future__ import annotations

from borealis.sql.deparse.nodes import (
    AggregateText,
    AnyAll,
    Boolean,
    Call,
    CaseText,
    Cast,
    Collated,
    Distinct,
    Field,
    Listed,
    Literal,
    Name,
    Operator,
    RowComparison,
    Shown,
    Subquery,
    Subscripts,
    Test,
    Word,
)

_ALWAYS = (Name, Word, Literal, Subscripts, Listed, AggregateText, Call, CaseText)
_BRACKETED = (Subscripts, Listed, AggregateText, CaseText)
"""Parents whose own syntax keeps their arguments apart."""


def is_simple(node: Shown, parent: Shown) -> bool:
    """Whether a node needs no parentheses as an argument of its parent."""
    if isinstance(node, _ALWAYS):
        return True
    if isinstance(node, Field):
        return not isinstance(parent, Field)
    if isinstance(node, Cast):
        return node.is_call or is_simple(node.arg, node)
    if isinstance(node, Operator):
        arithmetic = _arithmetic(node, parent)
        if arithmetic is not None:
            return arithmetic
        return _is_bracketed(parent)
    if isinstance(node, Subquery | Test | Distinct):
        return _is_bracketed(parent)
    if isinstance(node, Boolean):
        return _boolean(node, parent)
    assert isinstance(node, AnyAll | RowComparison | Collated), node
    return False


def _is_bracketed(parent: Shown) -> bool:
    if isinstance(parent, Call):
        return not parent.is_special
    return isinstance(parent, (*_BRACKETED, Boolean))


def _arithmetic(node: Operator, parent: Shown) -> bool | None:
    """Judge arithmetic inside arithmetic; None for anything else."""
    if not isinstance(parent, Operator):
        return None
    own, outer = _level(node), _level(parent)
    if not own or not outer:
        return False
    return own > outer or (own == outer and node is parent.args[0])


def _level(node: Operator) -> int:
    """Return 2 for multiplication, 1 for addition, 0 for what is neither."""
    if len(node.args) != 2:
        return 0
    return 2 if node.name in ("*", "/", "%") else 1 if node.name in ("+", "-") else 0


def _boolean(node: Boolean, parent: Shown) -> bool:
    if isinstance(parent, Boolean):
        return parent.op == "OR" or (parent.op == "AND" and node.op != "OR")
    return _is_bracketed(parent)
