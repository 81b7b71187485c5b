"""Adjudicator: decides at commit whether a change conflicts with what was committed since its snapshot.

The first to commit wins:

    t1   snapshot 10 ──── writes k ──── commits as 14          accepted: k's _u = 14
    t2      snapshot 11 ──── writes k ──────── wants to commit   14 > 11: data conflict, OC000

Every row carries three numbers: _k, its last insert, key change or FOR UPDATE; _u, its last update; _s, its last FOR KEY
SHARE. A mode conflicts when one of the numbers it guards exceeds the transaction's snapshot, and sets one when it wins:

    mode          guards        sets     conflicts with
    INSERT        key exists    _k       everything
    DELETE        _k _u _s      row gone everything
    UPDATE_KEY    _k _u _s      _k       everything
    FOR_UPDATE    _k _u _s      _k       everything
    UPDATE        _k _u         _u       all but KEY_SHARE
    KEY_SHARE     _k            _s       all but UPDATE and KEY_SHARE

The rule is this table; the committer's statements carry its guards in their WHERE (storage/apply.py), conflicts() reads
them here, and a property test holds the two together.

Invariants: a decision depends on the database's state and the intent alone, so replicas agree and a restart needs no
memory; commit_seq only grows; no row carries a number above the last commit_seq given out. Write skew is possible
(snapshot isolation); FOR UPDATE adds rows to the footprint.
Source: DESIGN §3; dsql-facts.md §3.1-3.2.
"""

from __future__ import annotations

from borealis.storage.apply import Numbers, WriteRule
from borealis.storage.layout import SEQUENCES
from borealis.transaction.intent import Mode

_ANY = SEQUENCES

RULES: dict[int, WriteRule] = {
    Mode.INSERT: WriteRule("insert"),
    Mode.DELETE: WriteRule("delete", guards=_ANY),
    Mode.UPDATE_KEY: WriteRule("update", guards=_ANY, sets="_k"),
    Mode.FOR_UPDATE: WriteRule("touch", guards=_ANY, sets="_k"),
    Mode.UPDATE: WriteRule("update", guards=("_k", "_u"), sets="_u"),
    Mode.KEY_SHARE: WriteRule("touch", guards=("_k",), sets="_s"),
}


def conflicts(numbers: Numbers | None, mode: Mode, snapshot_seq: int) -> bool:
    """Tell whether a change of a row with these numbers (None: no such row) loses."""
    if mode is Mode.INSERT:
        return numbers is not None
    if numbers is None:
        return True
    return winner_seq(numbers, mode) > snapshot_seq


def winner_seq(numbers: Numbers, mode: Mode) -> int:
    """Return the latest commit that a change in this mode would have to give way to."""
    guards = RULES[mode].guards or SEQUENCES
    return max(number for name, number in zip(SEQUENCES, numbers, strict=True) if name in guards)


def numbers_after(numbers: Numbers | None, mode: Mode, seq: int) -> Numbers | None:
    """Return the row's numbers once the change is committed as seq; None: the row is gone."""
    if mode is Mode.DELETE:
        return None
    if mode is Mode.INSERT or numbers is None:
        return (seq, 0, 0)
    sets = RULES[mode].sets
    k, u, s = (seq if name == sets else number for name, number in zip(SEQUENCES, numbers, strict=True))
    return (k, u, s)
