"""The states of the default parser as a table, read once into rules by state and character.

A line is a state and its rules; the first whose test holds is taken. A rule is a test, what is done, and the state after
it, the same where none is named:

    test    'c' a character; letter (ASCII), alpha, digit, alnum, hex, space, url, other (no letter or digit), eof, any;
            ignore (within script or style), stop_host (the host of a URL that is known), host and url_path (a parser of
            the rest finds one, which is taken)
    >       go on behind the character
    +       go on behind it, and come back here, to the rules after this one, if that leads nowhere
    <       lead nowhere
    ^       go on, and forget the last place to come back to
    &       go on from here in the state one would come back to
    ~       read the character again
    =       a token ends here: its kind, and after / the state its successor begins in, else base; =^ and =* forget the last
            place, or all places, to come back to
    !       tag, url, hyphen, version: what is done besides (word_parser)

In the C locale every character beyond ASCII is a letter, so that scripts without blanks become words.
Source: what PostgreSQL 16 answers, recorded in tests/oracle/functions/text_search_parser.tsv.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

_TABLE = """
base              eof> '<'+tag_first ignore>space letter>ascii_word alpha>word digit>unsigned '-'+signed_first '+'+signed_first
                  '&'+entity_first '~'+file_tilde '/'+file_first '.'+path_first_dot any>space
num_word          eof=numword alnum> '@'+email '/'+file_first '.'+file_next '-'+hyphen_num_first any=numword
ascii_word        eof=asciiword letter> '.'+host_domain_first '.'+file_next '-'+host_next '-'+hyphen_ascii_first '_'+host_next
                  '@'+email ':'+protocol_first '/'+file_first digit+host digit>num_word alpha>word any=asciiword
word              eof=word alpha> digit>num_word '-'+hyphen_word_first any=word
unsigned          eof=uint digit> '.'+host_domain_first '.'+decimal_u_first 'e'+mantissa_first 'E'+mantissa_first
                  '-'+host_next '_'+host_next '@'+email letter+host alpha>num_word '/'+file_first any=uint
signed_first      eof< digit^signed any<
signed            eof=int digit> '.'+decimal_first 'e'+mantissa_first 'E'+mantissa_first any=int
space             eof=blank '<'=blank ignore> '-'=blank '+'=blank '&'=blank '/'=blank other> any=blank
decimal_u_first   eof< digit^decimal_u any<
decimal_u         eof=float digit> '.'+version_first 'e'+mantissa_first 'E'+mantissa_first any=float
decimal_first     eof< digit^decimal any<
decimal           eof=float digit> '.'+sign_of_version 'e'+mantissa_first 'E'+mantissa_first any=float
sign_of_version   eof< digit~skip_to_version!version any<
skip_to_version   eof< digit=*blank/unsigned any>
version_first     eof< digit^version any<
version           eof=version digit> '.'+version_first any=version
mantissa_first    eof< digit^mantissa '+'>mantissa_sign '-'>mantissa_sign any<
mantissa_sign     eof< digit^mantissa any<
mantissa          eof=sfloat digit> any=sfloat

entity_first      eof< '#'>entity_num_first letter>entity ':'>entity '_'>entity any<
entity            eof< alnum> ':'> '_'> '.'> '-'> ';'>entity_end any<
entity_num_first  eof< 'x'>entity_hex_first 'X'>entity_hex_first digit>entity_num any<
entity_hex_first  eof< hex>entity_hex any<
entity_num        eof< digit> ';'>entity_end any<
entity_hex        eof< hex> ';'>entity_end any<
entity_end        any=^entity

tag_first         eof< '/'+tag_close_first '!'+comment_first '?'+xml_first letter+tag_name ':'+tag_name '_'+tag_name any<
xml_first         eof< 'x'>tag any<
tag_close_first   eof< letter>tag_name any<
tag_name          eof< '/'>tag_empty '>'>tag_end!tag space>tag!tag alnum> ':'> '_'> '.'> '-'> any<
tag_empty         eof< '>'>tag_end any<
tag               eof< '>'>tag_end!tag '''>tag_quoted '"'>tag_double letter> digit> '='> '-'> '_'> '#'> '/'> ':'> '.'> '&'> '?'>
                  '%'> '~'> space>!tag any<
tag_quoted        eof< '\\'+tag_escaped '''>tag any>
tag_double        eof< '\\'+tag_escaped '"'>tag any>
tag_escaped       eof< any&
tag_end           any=*tag
comment_first     eof< '-'>comment_second 'D'>tag 'd'>tag any<
comment_second    eof< '-'>comment any<
comment           eof< '-'>comment_hyphen any>
comment_hyphen    eof< '-'>comment_last any>comment
comment_last      eof< '-'> '>'>comment_end any>comment
comment_end       any=*tag

host_domain_first eof< letter>host_domain_one digit>host any<
host_domain_one   eof< letter>host_domain digit+host '-'+host_next '_'+host_next '.'+host_domain_first '@'+email any<
host_domain       eof=*host letter> digit+host ':'+port_first '-'+host_next '_'+host_next '.'+host_domain_first '@'+email digit<
                  stop_host=*host/url_path_start '/'+url any=*host
port_first        eof< digit>port any<
port              eof=*host digit> stop_host=*host/url_path_start '/'+url any=*host
host_next         eof< digit>host letter>host any<
host              eof< digit> letter> '@'+email '.'+host_domain_first '-'+host_next '_'+host_next any<
email             stop_host< host=*email any<
file_first        eof< letter>file digit>file '.'>path_first '_'>file '~'+file_tilde any<
file_tilde        eof< letter>file digit>file '_'>file '/'>file_first any<
path_first        eof< letter>file digit>file '_'>file '.'>path_second '/'>file_first any<
path_first_dot    eof< '.'>path_second '/'>file_first any<
path_second       eof=^file '/'+file_first '/'=^file space=^file any<
file              eof=file letter> digit> '.'+file_next '_'> '-'> '/'+file_first any=file
file_next         eof< letter^file digit^file '_'^file any<
url_path_first    eof< url>url_path any<
url_path_start    any>url_path
url_path          eof=url_path url> any=url_path
url               eof< url_path=*url!url any<
protocol_first    eof< '/'>protocol_second any<
protocol_second   eof< '/'>protocol_end any<
protocol_end      any=*protocol

hyphen_ascii_first eof< letter>hyphen_ascii alpha>hyphen_word digit>hyphen_digit any<
hyphen_ascii      eof=*asciihword/hyphen_parts!hyphen letter> alpha>hyphen_word digit>hyphen_num '-'+hyphen_ascii_first
                  any=*asciihword/hyphen_parts!hyphen
hyphen_word_first eof< alpha>hyphen_word digit>hyphen_digit any<
hyphen_word       eof=*hword/hyphen_parts!hyphen alpha> digit>hyphen_num '-'+hyphen_word_first any=*hword/hyphen_parts!hyphen
hyphen_num_first  eof< alpha>hyphen_num digit>hyphen_digit any<
hyphen_num        eof=*numhword/hyphen_parts!hyphen alnum> '-'+hyphen_num_first any=*numhword/hyphen_parts!hyphen
hyphen_digit      eof< digit> alpha>hyphen_num any<
hyphen_parts      eof~base letter>part_ascii alpha>part_word digit+part_digit '-'+part_hyphen any~base
part_hyphen       eof< alnum=^blank/hyphen_parts any<
part_word         eof=hword_part alpha> digit>part_num any=hword_part/hyphen_parts
part_ascii        eof=hword_asciipart letter> alpha>part_word digit>part_num any=hword_asciipart/hyphen_parts
part_num          eof=hword_numpart alnum> any=hword_numpart/hyphen_parts
part_digit        eof< digit> alpha^part_num any<
"""

TOKENS = (
    ("asciiword", "Word, all ASCII"),
    ("word", "Word, all letters"),
    ("numword", "Word, letters and digits"),
    ("email", "Email address"),
    ("url", "URL"),
    ("host", "Host"),
    ("sfloat", "Scientific notation"),
    ("version", "Version number"),
    ("hword_numpart", "Hyphenated word part, letters and digits"),
    ("hword_part", "Hyphenated word part, all letters"),
    ("hword_asciipart", "Hyphenated word part, all ASCII"),
    ("blank", "Space symbols"),
    ("tag", "XML tag"),
    ("protocol", "Protocol head"),
    ("numhword", "Hyphenated word, letters and digits"),
    ("asciihword", "Hyphenated word, all ASCII"),
    ("hword", "Hyphenated word, all letters"),
    ("url_path", "URL path"),
    ("file", "File or path name"),
    ("float", "Decimal notation"),
    ("int", "Signed integer"),
    ("uint", "Unsigned integer"),
    ("entity", "XML entity"),
)
"""Alias and description of the kinds of tokens, which are numbered from 1."""

KINDS = {alias: number for number, (alias, _) in enumerate(TOKENS, 1)}

CHARACTERS = 130
"""Kinds of characters: those of ASCII, any other, and the text's end."""
BEYOND_ASCII = 128
END = 129

_DYNAMIC = frozenset(("ignore", "stop_host", "host", "url_path"))
_NO_URL = frozenset('"<>\\^`{|}')
_TESTS: dict[str, Callable[[str], bool]] = {
    "letter": str.isalpha,
    "alpha": str.isalpha,
    "digit": str.isdigit,
    "alnum": str.isalnum,
    "hex": lambda char: char in "0123456789abcdefABCDEF",
    "space": lambda char: char in " \t\n\r\f\v",
    "url": lambda char: "!" <= char <= "~" and char not in _NO_URL,
    "other": lambda char: not char.isalnum(),
}
"""Of ASCII characters. Beyond, only alpha and alnum hold."""

_COMMENT = re.compile(r"(?:[^-]+|-(?!->))+")
"""What of a comment is not its end: it is looked for at once, and once for all comments without one."""

_RULE = re.compile(r"('.'|[a-z_]+)(=[*^]?|[>+<^&~])([a-z_]*)(?:/([a-z_]+))?(?:!([a-z]+))?")


@dataclass(frozen=True, slots=True)
class Rule:
    number: int  # among its state's
    dynamic: str  # a test that depends on the parser, or nothing
    action: str
    state: str  # the next; nothing for the same
    token: int
    special: str


@dataclass(frozen=True, slots=True)
class State:
    rules: tuple[tuple[Rule, ...], ...]
    """By kind of character, those that may be taken."""
    run: re.Pattern[str] | None
    """Characters that leave everything as it is but the place."""


def _holds(test: str, kind: int) -> bool:
    """Whether a test that is not dynamic holds for a kind of character."""
    if test in _DYNAMIC or test == "any":
        return True
    if kind == END or test == "eof":
        return kind == END and test == "eof"
    if kind == BEYOND_ASCII:
        return test in ("alpha", "alnum")
    return test[1] == chr(kind) if test[0] == "'" else _TESTS[test](chr(kind))


def _run_of(name: str, rules: tuple[tuple[Rule, ...], ...]) -> re.Pattern[str] | None:
    if name == "comment":
        return _COMMENT
    kinds = [
        kind
        for kind in range(BEYOND_ASCII + 1)
        if rules[kind]
        and rules[kind][0].action == ">"
        and rules[kind][0].state in ("", name)
        and not (rules[kind][0].dynamic or rules[kind][0].special)
    ]
    if not kinds:
        return None
    listed = "".join("\x80-\U0010ffff" if kind == BEYOND_ASCII else re.escape(chr(kind)) for kind in kinds)
    return re.compile(f"[{listed}]+")


def _made(name: str, text: str) -> State:
    found = []
    for number, (test, action, target, after, special) in enumerate(_RULE.findall(text)):
        is_token = action[0] == "="
        state = (after or "base") if is_token else target
        token = KINDS[target] if is_token else 0
        found.append((test, Rule(number, test if test in _DYNAMIC else "", action, state, token, special)))
    rules = tuple(tuple(rule for test, rule in found if _holds(test, kind)) for kind in range(CHARACTERS))
    return State(rules, _run_of(name, rules))


@cache
def states() -> dict[str, State]:
    lines = re.findall(r"^(\w+)((?:.*)(?:\n +.*)*)", _TABLE, re.MULTILINE)
    return {name: _made(name, text) for name, text in lines}
