"""What Aurora DSQL adds to PostgreSQL's grammar, found on the token stream before libpg_query sees the text.

    CREATE [UNIQUE] INDEX ASYNC …      ASYNC is blanked out: libpg_query would take it for the index's name
    ALTER TABLE ASYNC …                the same
    AWS IAM GRANT role TO 'arn'        read as NOTIFY role , 'arn': a name and a text, each where it stood
    AWS IAM REVOKE role FROM 'arn'     the same

Blanks keep every position where it was. An index really named async has to be quoted, as on the service.
Source: dsql-facts.md §4.1, §5.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s+ | --[^\n]* | (?P<comment>/\*) | (?P<dollar>\$(?:[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*)?\$)
    | [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | (?P<word>[A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*) | .""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_BEFORE_ASYNC = (("create", "index"), ("create", "unique", "index"), ("alter", "table"))


@dataclass(frozen=True, slots=True)
class Additions:
    text: str
    """What libpg_query may parse."""
    asyncs: tuple[int, ...] = ()
    """Where ASYNC stood, in bytes: the statement around each is asynchronous."""
    grants: tuple[int, ...] = ()
    """Where AWS IAM GRANT stood, and REVOKE in revokes: the NOTIFY around each is that statement."""
    revokes: tuple[int, ...] = ()


def take_additions(text: str) -> Additions:
    """Take DSQL's own words out of a message."""
    lower = text.lower()
    if "async" not in lower and "aws" not in lower:
        return Additions(text)
    words: list[str] = []
    asyncs = []
    iam: dict[str, list[int]] = {"grant": [], "revoke": []}
    begun = 0
    is_iam = False
    kept = text
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        assert found is not None  # anything is a token of one character
        start, at = at, found.end()
        if found["comment"]:
            at = after_comment(text, at)
        elif found["dollar"]:
            end = text.find(found["dollar"], at)
            at = len(text) if end < 0 else end + len(found["dollar"])
            words.append("")
        elif found["word"]:
            word = found["word"].lower()
            if word == "async" and tuple(words) in _BEFORE_ASYNC:
                kept = f"{kept[:start]}{' ' * len(word)}{kept[at:]}"
                asyncs.append(len(text[:start].encode()))
            if not words:
                begun, is_iam = start, False
            elif words == ["aws", "iam"] and word in iam:
                kept = f"{kept[:begun]}{'NOTIFY'.ljust(at - begun)}{kept[at:]}"
                iam[word].append(len(text[:begun].encode()))
                is_iam = True
            elif is_iam and len(words) == 4 and word == ("to" if words[2] == "grant" else "from"):
                kept = f"{kept[:start]}{','.ljust(len(word))}{kept[at:]}"
            words.append(word)
        elif found[0] == ";":
            words.clear()
        elif not found[0].isspace() and not found[0].startswith("--"):
            words.append("")
    return Additions(kept, tuple(asyncs), tuple(iam["grant"]), tuple(iam["revoke"]))


def after_comment(text: str, at: int) -> int:
    """Return the end of a comment that is open at a place, and may hold others."""
    depth = 1
    while depth:
        found = _COMMENT_EDGE.search(text, at)
        if found is None:
            return len(text)
        depth += 1 if found[0] == "/*" else -1
        at = found.end()
    return at
