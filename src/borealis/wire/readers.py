"""Readers of the typed messages: from the bytes inside a frame to a message.

Each takes the body alone, so that reading past its end fails by itself and costs no check: a missing zero byte is
ValueError, a missing number struct.error, text that is none UnicodeDecodeError. `damage` gives PostgreSQL's texts. Bind, Describe, Execute and Sync are the hot path: the
commonest bodies are compared whole and answered with one shared message.
Source: PostgreSQL 16 §55.7; texts are those of pqformat.c and postgres.c.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class

from borealis.errors import (
    FeatureNotSupported,
    InvalidParameterValue,
    InvalidPassword,
    ProtocolViolation,
    SqlError,
)
from borealis.wire.encoding import invalid_sequence
from borealis.wire.messages import (
    Bind,
    Close,
    CopyData,
    CopyDone,
    CopyFail,
    Describe,
    Execute,
    Flush,
    Parse,
    PasswordMessage,
    Query,
    SessionMessage,
    Sync,
    Terminate,
)

_short = Struct(">H").unpack_from
_int = Struct(">i").unpack_from
_two_shorts = Struct(">HH").unpack_from
_SHORTS = tuple(Struct(f">{count}H") for count in range(65))
_RESULT_FORMATS: dict[bytes, tuple[int, ...]] = {b"\0\0": (), b"\0\1\0\0": (0,), b"\0\1\0\1": (1,)}
"""What nearly every Bind ends in."""

_SYNC = Sync()
_FLUSH = Flush()
_COPY_DONE = CopyDone()
_TERMINATE = Terminate()
_DESCRIBE_PORTAL = Describe("P", "")
_DESCRIBE_STATEMENT = Describe("S", "")
_EXECUTE_ALL = Execute("", 0)


def read_bind(body: bytes) -> Bind:
    zero = body.index(0)
    portal = body[:zero].decode() if zero else ""
    at = zero + 1
    zero = body.index(0, at)
    statement = body[at:zero].decode()
    formats_count, count = _two_shorts(body, zero + 1)
    if formats_count:
        parameter_formats = _read_shorts(body, zero + 3, formats_count)
        at = zero + 3 + 2 * formats_count
        (count,) = _short(body, at)
        _check_formats(parameter_formats, count)
        at += 2
    else:
        parameter_formats = ()
        at = zero + 5
    parameters: list[bytes | None] = []
    for _ in range(count):
        (length,) = _int(body, at)
        at += 4
        if length < 0:
            if length != -1:
                raise insufficient_data()
            parameters.append(None)
        else:
            stop = at + length
            parameters.append(body[at:stop])
            at = stop
    result_formats = _RESULT_FORMATS.get(body[at:])
    if result_formats is None:
        (formats_count,) = _short(body, at)
        result_formats = _read_shorts(body, at + 2, formats_count)
        if at + 2 + 2 * formats_count != len(body):
            raise invalid_format()
    return Bind(portal, statement, parameter_formats, tuple(parameters), result_formats)


def _read_shorts(body: bytes, at: int, count: int) -> tuple[int, ...]:
    layout = _SHORTS[count] if count < len(_SHORTS) else Struct(f">{count}H")
    return layout.unpack_from(body, at)


def _check_formats(formats: tuple[int, ...], count: int) -> None:
    if len(formats) > 1 and len(formats) != count:
        raise ProtocolViolation(f"bind message has {len(formats)} parameter formats but {count} parameters")
    if count and max(formats) > 1:
        raise unsupported_format(next(code for code in formats if code > 1))


def read_parse(body: bytes) -> Parse:
    name_end = body.index(0)
    text_end = body.index(0, name_end + 1)
    (count,) = _short(body, text_end + 1)
    types_at = text_end + 3
    types = Struct(f">{count}I").unpack_from(body, types_at)
    parse = Parse(body[:name_end].decode(), body[name_end + 1 : text_end].decode(), types)
    if types_at + 4 * count != len(body):
        raise invalid_format()
    return parse


def read_describe(body: bytes) -> Describe:
    if body == b"P\0":
        return _DESCRIBE_PORTAL
    if body == b"S\0":
        return _DESCRIBE_STATEMENT
    kind, name = _read_kind_and_name(body)
    if kind not in "SP":
        raise ProtocolViolation(f"invalid DESCRIBE message subtype {ord(kind)}")
    return Describe(kind, name)


def read_close(body: bytes) -> Close:
    kind, name = _read_kind_and_name(body)
    if kind not in "SP":
        raise ProtocolViolation(f"invalid CLOSE message subtype {ord(kind)}")
    return Close(kind, name)


def _read_kind_and_name(body: bytes) -> tuple[str, str]:
    if not body:
        raise ProtocolViolation("no data left in message")
    return chr(body[0]), _only_string(body[1:])


def read_execute(body: bytes) -> Execute:
    if body == b"\0\0\0\0\0":
        return _EXECUTE_ALL
    zero = body.index(0)
    portal = body[:zero].decode()
    (rows_max,) = _int(body, zero + 1)
    if zero + 5 != len(body):
        raise invalid_format()
    return Execute(portal, rows_max)


def read_sync(body: bytes) -> Sync:
    if body:
        raise invalid_format()
    return _SYNC


def read_flush(body: bytes) -> Flush:
    if body:
        raise invalid_format()
    return _FLUSH


def read_query(body: bytes) -> Query:
    return Query(_only_string(body))


def read_password(body: bytes) -> PasswordMessage:
    if not body or body.find(0) != len(body) - 1:
        raise ProtocolViolation("invalid password packet size")
    if len(body) == 1:
        raise InvalidPassword("empty password returned by client")
    return PasswordMessage(body[:-1].decode())


def read_copy_done(body: bytes) -> CopyDone:
    """PostgreSQL does not look into it either."""
    return _COPY_DONE


def read_copy_fail(body: bytes) -> CopyFail:
    return CopyFail(body[: body.index(0)].decode())


def read_terminate(body: bytes) -> Terminate:
    """PostgreSQL does not look into it either."""
    return _TERMINATE


def refuse_function_call(body: bytes) -> SessionMessage:
    """The function call sub-protocol has no use but large objects, which DSQL has not."""
    raise FeatureNotSupported("function call messages are not supported")


def _only_string(body: bytes) -> str:
    """Read one string that must fill the body."""
    zero = body.index(0)
    text = body[:zero].decode()
    if zero + 1 != len(body):
        raise invalid_format()
    return text


def insufficient_data() -> ProtocolViolation:
    return ProtocolViolation("insufficient data left in message")


def invalid_string() -> ProtocolViolation:
    return ProtocolViolation("invalid string in message")


def invalid_format() -> ProtocolViolation:
    return ProtocolViolation("invalid message format")


def unsupported_format(code: int) -> InvalidParameterValue:
    """Return 22023 for a format code that is neither text nor binary; PostgreSQL shows it as a signed int16."""
    return InvalidParameterValue(f"unsupported format code: {code - 0x10000 if code > 0x7FFF else code}")


READERS: dict[bytes, Callable[[bytes], SessionMessage]] = {
    b"B": read_bind,
    b"C": read_close,
    b"D": read_describe,
    b"E": read_execute,
    b"F": refuse_function_call,
    b"H": read_flush,
    b"P": read_parse,
    b"Q": read_query,
    b"S": read_sync,
    b"X": read_terminate,
    b"c": read_copy_done,
    b"d": CopyData,
    b"f": read_copy_fail,
    b"p": read_password,
}


def damage(error: StructError | ValueError) -> SqlError:
    """Return what PostgreSQL says where a reader fell over a body."""
    if isinstance(error, UnicodeDecodeError):
        return invalid_sequence(error.object, error.start)
    if isinstance(error, ValueError):
        return invalid_string()
    return insufficient_data()
