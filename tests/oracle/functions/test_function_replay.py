"""Replays every recorded function case through parser, binder, compiler and SQLite: the answer is PostgreSQL's.

Each family runs twice: as it stands, where literals are constants that emitters may use, and with literals made opaque, so
that every case takes the path a column takes. A case in known_gaps.txt must still differ: a gap that is closed is taken out.
"""

from __future__ import annotations

import pytest

from .cases import families, known_gaps, read
from .evaluate import Evaluator


@pytest.mark.slow
@pytest.mark.parametrize("is_opaque", [False, True], ids=["constant", "opaque"])
@pytest.mark.parametrize("family", families())
def test_family_answers_as_postgresql(family, is_opaque):
    evaluator = Evaluator(is_opaque)
    gaps = known_gaps(family)
    wrong, closed = [], []
    for case in read(family):
        if case.kind == "set":
            evaluator.set(case.text)
            continue
        kind, answer, detail, _ = evaluator.answer(case.text)
        is_right = (kind, answer) == (case.kind, case.answer) and (not case.is_error or detail == case.detail)
        if case.text in gaps:
            if is_right:
                closed.append(case.text)
        elif not is_right:
            wrong.append(
                f"{family}.tsv:{case.line}  {case.text}\n    PostgreSQL {case.kind} {case.answer!r} {case.detail!r}\n    Borealis   {kind} {answer!r} {detail!r}"
            )
    assert not wrong, f"{len(wrong)} differ\n" + "\n".join(wrong[:20])
    assert not closed, f"no gaps any more, take them out of known_gaps.txt: {closed}"


def test_every_gap_names_a_case_and_a_reason():
    for family in families():
        texts = {case.text for case in read(family)}
        for text, reason in known_gaps(family).items():
            assert text in texts
            assert reason
