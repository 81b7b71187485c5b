"""The options of COPY, checked by PostgreSQL's rules in PostgreSQL's order.

Source: PostgreSQL 16 ProcessCopyOptions; tests/wire/copy_options.json is a recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from borealis.errors import FeatureNotSupported, InvalidColumnReference, InvalidParameterValue, SyntaxError_

STAR: Final = "*"
"""The value of FORCE_QUOTE *."""

OptionValue = str | bool | int | float | tuple[str, ...] | None
"""As parsed: a tuple is a list of column names; None means the option stands alone, as in (HEADER)."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of the statement: its name in lower case, its value, and where it stands (from 1), if known."""

    name: str
    value: OptionValue = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """Complete options: what was left out has its default. Single characters and the null string are bytes."""

    format: str = "text"
    delimiter: bytes = b"\t"
    null: bytes = b"\\N"
    header: str = "false"  # false, true, or match
    quote: bytes = b'"'
    escape: bytes = b'"'
    force_quote: tuple[str, ...] = ()  # (STAR,) is all
    force_not_null: tuple[str, ...] = ()
    force_null: tuple[str, ...] = ()

    def check_columns(self, columns: Sequence[str]) -> None:
        """Raise 42P10 if a FORCE option names a column that is not copied."""
        for option in ("force_quote", "force_not_null", "force_null"):
            for name in getattr(self, option):
                if name not in columns and name != STAR:
                    raise InvalidColumnReference(f'{option.upper()} column "{name}" not referenced by COPY')


def copy_options(options: Sequence[Option], *, is_from: bool) -> CopyOptions:
    """Check a statement's options and fill in the rest. Raises what PostgreSQL raises."""
    given = _collect(options, is_from=is_from)
    format_ = str(given.get("format", "text"))
    if format_ == "binary":
        for name in ("delimiter", "null"):
            if name in given:
                raise SyntaxError_(f"cannot specify {name.upper()} in BINARY mode")
    is_csv = format_ == "csv"
    complete = CopyOptions(format_, delimiter=b"," if is_csv else b"\t", null=b"" if is_csv else b"\\N")
    known = {field.name for field in fields(CopyOptions)}
    complete = replace(complete, **{name: value for name, value in given.items() if name in known})
    if "escape" not in given:
        complete = replace(complete, escape=complete.quote)
    _check_characters(complete, given)
    _check_force(complete, is_from=is_from)
    _check_null(complete)
    return complete


def _collect(options: Sequence[Option], *, is_from: bool) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for option in options:
        if option.name in given and option.name in _NAMES:
            raise SyntaxError_("conflicting or redundant options", position=option.position)
        given[option.name] = _read(option, is_from=is_from)
    return given


_FORCE = ("force_quote", "force_not_null", "force_null")
_NAMES = {"format", "freeze", "delimiter", "null", "header", "quote", "escape", "encoding", *_FORCE}


def _read(option: Option, *, is_from: bool) -> object:
    name = option.name
    if name == "format":
        return _format(option)
    if name in ("delimiter", "null", "quote", "escape"):
        return _string(option).encode()
    if name == "header":
        return _header(option, is_from=is_from)
    if name == "freeze":
        return _freeze(option)
    if name == "encoding":
        return _encoding(option)
    if name in _FORCE:
        return _columns(option)
    if name == "default":
        raise FeatureNotSupported("COPY option DEFAULT is not supported", position=option.position)
    raise SyntaxError_(f'option "{name}" not recognized', position=option.position)


def _string(option: Option) -> str:
    value = option.value
    match value:
        case None:
            raise SyntaxError_(f"{option.name} requires a parameter")
        case bool():
            return "true" if value else "false"
        case tuple():
            return ", ".join(value)
        case _:
            return str(value)


def _boolean(option: Option) -> bool:
    value = option.value
    if value is None:
        return True
    if isinstance(value, int):
        if value in (0, 1):
            return bool(value)
    elif _string(option).lower() in ("true", "on"):
        return True
    elif _string(option).lower() in ("false", "off"):
        return False
    raise SyntaxError_(f"{option.name} requires a Boolean value")


def _freeze(option: Option) -> bool:
    if _boolean(option):
        raise FeatureNotSupported("COPY FREEZE is not supported", position=option.position)
    return False


def _header(option: Option, *, is_from: bool) -> str:
    value = option.value
    if isinstance(value, str) and value.lower() == "match":
        if not is_from:
            raise FeatureNotSupported(f'cannot use "{value}" with HEADER in COPY TO')
        return "match"
    try:
        return "true" if _boolean(option) else "false"
    except SyntaxError_:
        raise SyntaxError_(f'{option.name} requires a Boolean value or "match"') from None


def _format(option: Option) -> str:
    value = _string(option)
    if value not in ("text", "csv", "binary"):
        raise InvalidParameterValue(f'COPY format "{value}" not recognized', position=option.position)
    return value


def _encoding(option: Option) -> str:
    """Accept the names of UTF-8; PostgreSQL knows others, DSQL's databases hold nothing else."""
    value = _string(option)
    normal = "".join(letter for letter in value.lower() if letter.isalnum())
    if normal in ("utf8", "unicode"):
        return "utf8"
    if normal in _ENCODINGS:
        raise FeatureNotSupported(f'COPY encoding "{value}" is not supported', position=option.position)
    raise InvalidParameterValue(
        f'argument to option "{option.name}" must be a valid encoding name', position=option.position
    )


_ENCODINGS = frozenset(
    [
        "abc",
        "alt",
        "big5",
        "euccn",
        "eucjis2004",
        "eucjp",
        "euckr",
        "euctw",
        "gb18030",
        "gbk",
        "iso88591",
        "iso885910",
        "iso885913",
        "iso885914",
        "iso885915",
        "iso885916",
        "iso88592",
        "iso88593",
        "iso88594",
        "iso88595",
        "iso88596",
        "iso88597",
        "iso88598",
        "iso88599",
        "johab",
        "koi8",
        "koi8r",
        "koi8u",
        "latin1",
        "latin10",
        "latin2",
        "latin3",
        "latin4",
        "latin5",
        "latin6",
        "latin7",
        "latin8",
        "latin9",
        "mskanji",
        "muleinternal",
        "shiftjis",
        "shiftjis2004",
        "sjis",
        "sqlascii",
        "tcvn",
        "tcvn5712",
        "uhc",
        "vscii",
        "win",
        "win1250",
        "win1251",
        "win1252",
        "win1253",
        "win1254",
        "win1255",
        "win1256",
        "win1257",
        "win1258",
        "win866",
        "win874",
        "win932",
        "win936",
        "win949",
        "win950",
        "windows1250",
        "windows1251",
        "windows1252",
        "windows1253",
        "windows1254",
        "windows1255",
        "windows1256",
        "windows1257",
        "windows1258",
        "windows866",
        "windows874",
        "windows932",
        "windows936",
        "windows949",
        "windows950",
    ]
)
"""PostgreSQL's names of other encodings, without punctuation. Source: PostgreSQL 16 table 24.3."""


def _columns(option: Option) -> tuple[str, ...]:
    value = option.value
    if isinstance(value, tuple):
        return value
    if value == STAR and option.name == "force_quote":
        return (STAR,)
    raise InvalidParameterValue(
        f'argument to option "{option.name}" must be a list of column names', position=option.position
    )


def _check_characters(options: CopyOptions, given: dict[str, Any]) -> None:
    delimiter, is_csv = options.delimiter, options.format == "csv"
    if len(delimiter) != 1:
        raise FeatureNotSupported("COPY delimiter must be a single one-byte character")
    if delimiter in b"\r\n":
        raise InvalidParameterValue("COPY delimiter cannot be newline or carriage return")
    if b"\r" in options.null or b"\n" in options.null:
        raise InvalidParameterValue("COPY null representation cannot use newline or carriage return")
    if not is_csv and delimiter in b"\\.abcdefghijklmnopqrstuvwxyz0123456789":
        raise InvalidParameterValue(f'COPY delimiter cannot be "{delimiter.decode()}"')
    if options.format == "binary" and options.header != "false":
        raise FeatureNotSupported("cannot specify HEADER in BINARY mode")
    for name, value in (("quote", options.quote), ("escape", options.escape)):
        if not is_csv and name in given:
            raise FeatureNotSupported(f"COPY {name} available only in CSV mode")
        if is_csv and len(value) != 1:
            raise FeatureNotSupported(f"COPY {name} must be a single one-byte character")
        if is_csv and name == "quote" and value == delimiter:
            raise InvalidParameterValue("COPY delimiter and quote must be different")


def _check_force(options: CopyOptions, *, is_from: bool) -> None:
    for columns, name, belongs_to_from in (
        (options.force_quote, "force quote", False),
        (options.force_not_null, "force not null", True),
        (options.force_null, "force null", True),
    ):
        if columns and options.format != "csv":
            raise FeatureNotSupported(f"COPY {name} available only in CSV mode")
        if columns and is_from is not belongs_to_from:
            raise FeatureNotSupported(
                f"COPY {name} only available using COPY {'FROM' if belongs_to_from else 'TO'}"
            )


def _check_null(options: CopyOptions) -> None:
    if options.delimiter in options.null:
        raise FeatureNotSupported("COPY delimiter must not appear in the NULL specification")
    if options.format == "csv" and options.quote in options.null:
        raise FeatureNotSupported("CSV quote character must not appear in the NULL specification")
