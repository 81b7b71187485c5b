"""convert_from, convert_to, convert, length in an encoding: text to bytes and back; and the encodings by number.

The database is UTF8; Python's codecs do the rest. An encoding Python lacks is unknown here.
Source: PostgreSQL 16 documentation 24.3 (the names).
"""

from __future__ import annotations

from borealis.errors import (
    CharacterNotInRepertoire,
    FeatureNotSupported,
    InvalidParameterValue,
    UntranslatableCharacter,
)
from borealis.functions.implementation import scalar
from borealis.types.base import Value

_CODECS = {
    "UTF8": "utf-8",
    "SQL_ASCII": "latin-1",
    **{
        f"LATIN{n}": f"iso8859-{part}"
        for n, part in zip(range(1, 11), (1, 2, 3, 4, 9, 10, 13, 14, 15, 16), strict=True)
    },
    **{f"ISO_8859_{part}": f"iso8859-{part}" for part in (5, 6, 7, 8)},
    **{
        f"WIN{page}": f"cp{page}" for page in (866, 874, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258)
    },
    "KOI8R": "koi8-r",
    "KOI8U": "koi8-u",
    "EUC_JP": "euc-jp",
    "EUC_KR": "euc-kr",
    "EUC_CN": "gb2312",
    "SJIS": "shift-jis",
    "BIG5": "big5",
    "GBK": "gbk",
    "GB18030": "gb18030",
    "UHC": "cp949",
    "JOHAB": "johab",
}
_ALIASES = {
    "UNICODE": "UTF8",
    "ISO88591": "LATIN1",
    "WIN": "WIN1251",
    "ALT": "WIN866",
    "KOI8": "KOI8R",
    "WINDOWS1252": "WIN1252",
}
_NAMES = {"".join(filter(str.isalnum, name)): name for name in _CODECS} | _ALIASES


def _encoding(name: str, what: str) -> str:
    found = _NAMES.get("".join(filter(str.isalnum, name.upper())))
    if found is None:
        raise InvalidParameterValue(f'invalid {what} encoding name "{name}"')
    return found


@scalar("pg_convert_from")
def convert_from(data: bytes, encoding: str) -> str:
    name = _encoding(encoding, "source")
    try:
        text = data.decode(_CODECS[name])
    except UnicodeDecodeError as error:
        raise _invalid_bytes(name, data, error.start) from None
    if "\0" in text:
        raise _invalid_bytes(name, data, data.index(0))
    return text


def _invalid_bytes(encoding: str, data: bytes, start: int) -> CharacterNotInRepertoire:
    """Name the bytes of the broken character, as many as its first byte announces."""
    first = data[start]
    count = 1
    if encoding == "UTF8":
        count = 4 if first >= 0xF0 else 3 if first >= 0xE0 else 2 if first >= 0xC0 else 1
        count = 1 if first >= 0xF8 else count
    shown = " ".join(f"0x{byte:02x}" for byte in data[start : start + count])
    return CharacterNotInRepertoire(f'invalid byte sequence for encoding "{encoding}": {shown}')


@scalar("pg_convert_to")
def convert_to(text: str, encoding: str) -> bytes:
    return _encoded(text, _encoding(encoding, "destination"))


def _encoded(text: str, name: str) -> bytes:
    try:
        return text.encode("utf-8" if name == "SQL_ASCII" else _CODECS[name])
    except UnicodeEncodeError as error:
        data = text[error.start].encode()
        shown = " ".join(f"0x{byte:02x}" for byte in data)
        raise UntranslatableCharacter(
            f'character with byte sequence {shown} in encoding "UTF8" has no equivalent in encoding "{name}"'
        ) from None


@scalar("pg_convert")
def convert(data: bytes, source: str, target: str) -> bytes:
    _encoding(source, "source")
    return _encoded(convert_from(data, source), _encoding(target, "destination"))


@scalar("length_in_encoding")
def length_in_encoding(data: bytes, encoding: str) -> int:
    found = _NAMES.get("".join(filter(str.isalnum, encoding.upper())))
    if found is None:
        raise InvalidParameterValue(f'invalid encoding name "{encoding}"')
    return len(convert_from(data, encoding))


_ENCODINGS: tuple[tuple[str, int], ...] = (
    *(("SQL_ASCII", 1), ("EUC_JP", 3), ("EUC_CN", 2), ("EUC_KR", 3), ("EUC_TW", 4), ("EUC_JIS_2004", 3)),
    *(("UTF8", 4), ("MULE_INTERNAL", 4), *((f"LATIN{n}", 1) for n in range(1, 11))),
    *((name, 1) for name in ("WIN1256", "WIN1258", "WIN866", "WIN874", "KOI8R", "WIN1251", "WIN1252")),
    *((f"ISO_8859_{part}", 1) for part in range(5, 9)),
    *((name, 1) for name in ("WIN1250", "WIN1253", "WIN1254", "WIN1255", "WIN1257", "KOI8U")),
    *(("SJIS", 2), ("BIG5", 2), ("GBK", 2), ("UHC", 2), ("GB18030", 4), ("JOHAB", 3), ("SHIFT_JIS_2004", 2)),
)
"""By number: the name, and how many bytes a character has at most. Source: PostgreSQL 16, pg_wchar.h."""
_NUMBERS = {"".join(filter(str.isalnum, name)): number for number, (name, _) in enumerate(_ENCODINGS)}


@scalar("PG_encoding_to_char")
def encoding_to_char(number: int) -> str:
    return _ENCODINGS[number][0] if 0 <= number < len(_ENCODINGS) else ""


@scalar("PG_char_to_encoding")
def char_to_encoding(name: str) -> int:
    """Return an encoding's number, -1 for one there is not; case, blanks and dashes say nothing."""
    letters = "".join(filter(str.isalnum, name.upper()))
    return _NUMBERS.get(_ALIASES.get(letters, letters), -1)


@scalar("pg_encoding_max_length_sql")
def encoding_max_length(number: int) -> Value:
    return _ENCODINGS[number][1] if 0 <= number < len(_ENCODINGS) else None


@scalar("to_ascii_default")
def to_ascii(text: str) -> str:
    """Refuse as PostgreSQL does: what it can make ASCII of is Latin text, not UTF8."""
    raise FeatureNotSupported("encoding conversion from UTF8 to ASCII not supported")
