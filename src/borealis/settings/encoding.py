"""client_encoding: UTF8, or SQL_ASCII, which means that nothing is converted and so is UTF8 too.

A cluster's encoding is UTF8 and Borealis converts to no other; PostgreSQL's other encodings are refused in its own words
for a conversion it lacks.
"""

from __future__ import annotations

from borealis.errors import FeatureNotSupported, InvalidParameterValue

_UTF8 = {"utf8", "unicode"}
_OTHERS = (
    "EUC_JP EUC_CN EUC_KR EUC_TW EUC_JIS_2004 MULE_INTERNAL LATIN1 LATIN2 LATIN3 LATIN4 LATIN5 LATIN6 LATIN7 LATIN8 LATIN9 "
    "LATIN10 WIN1256 WIN1258 WIN866 WIN874 KOI8R WIN1251 WIN1252 ISO_8859_5 ISO_8859_6 ISO_8859_7 ISO_8859_8 WIN1250 "
    "WIN1253 WIN1254 WIN1255 WIN1257 KOI8U SJIS BIG5 GBK UHC GB18030 JOHAB SHIFT_JIS_2004"
)
_ALIASES = {
    "abc": "WIN1258", "alt": "WIN866", "iso88591": "LATIN1", "iso88592": "LATIN2", "iso88593": "LATIN3",
    "iso88594": "LATIN4", "iso88599": "LATIN5", "iso885910": "LATIN6", "iso885913": "LATIN7", "iso885914": "LATIN8",
    "iso885915": "LATIN9", "iso885916": "LATIN10", "koi8": "KOI8R", "mskanji": "SJIS", "shiftjis": "SJIS",
    "tcvn": "WIN1258", "tcvn5712": "WIN1258", "vscii": "WIN1258", "win": "WIN1251", "win932": "SJIS", "win936": "GBK",
    "win949": "UHC", "win950": "BIG5", "windows932": "SJIS", "windows936": "GBK", "windows949": "UHC",
    "windows950": "BIG5",
}  # fmt: skip


def _key(text: str) -> str:
    """Return an encoding's name as PostgreSQL compares it: letters and digits only."""
    return "".join(character for character in text.lower() if character.isascii() and character.isalnum())


_REFUSED = {_key(name): name for name in _OTHERS.split()} | _ALIASES
_REFUSED |= {
    key.replace("win125", "windows125"): name for key, name in _REFUSED.items() if key.startswith("win125")
}


def check(name: str, text: str, current: str) -> str:
    key = _key(text)
    if key in _UTF8:
        return "UTF8"
    if key == "sqlascii":
        return "SQL_ASCII"
    message = f'invalid value for parameter "client_encoding": "{text}"'
    if key in _REFUSED:
        raise FeatureNotSupported(
            message, detail=f"Conversion between {_REFUSED[key]} and UTF8 is not supported."
        )
    raise InvalidParameterValue(message)
