"""The other end of the wire, for tests: frontend messages to bytes, backend bytes to values and back through backend.py."""

import re
import struct
from pathlib import Path

from borealis.wire import backend, messages, startup

RECORDED = Path(__file__).parent / "recorded"


def frame(kind, body=b""):
    return kind + struct.pack(">i", len(body) + 4) + body


def packet(code, body=b""):
    return struct.pack(">iI", len(body) + 8, code) + body


def text(*values):
    return b"".join(value.encode() + b"\0" for value in values)


def shorts(values):
    return struct.pack(f">H{len(values)}H", len(values), *values)


def encode(message):
    """Return the bytes of a frontend message."""
    match message:
        case messages.SslRequest():
            return packet(startup.SSL_CODE)
        case messages.GssEncRequest():
            return packet(startup.GSS_CODE)
        case messages.CancelRequest(pid, secret):
            return packet(startup.CANCEL_CODE, struct.pack(">iI", pid, secret))
        case messages.StartupMessage((major, minor), parameters):
            words = [word for pair in parameters.items() for word in pair]
            return packet(major << 16 | minor, text(*words) + b"\0")
        case messages.PasswordMessage(password):
            return frame(b"p", text(password))
        case messages.Query(query):
            return frame(b"Q", text(query))
        case messages.Parse(statement, query, types):
            return frame(b"P", text(statement, query) + struct.pack(f">H{len(types)}I", len(types), *types))
        case messages.Bind():
            return frame(b"B", encode_bind(message))
        case messages.Describe(kind, name):
            return frame(b"D", kind.encode() + text(name))
        case messages.Execute(portal, rows_max):
            return frame(b"E", text(portal) + struct.pack(">i", rows_max))
        case messages.Close(kind, name):
            return frame(b"C", kind.encode() + text(name))
        case messages.CopyData(data):
            return frame(b"d", data)
        case messages.CopyFail(reason):
            return frame(b"f", text(reason))
        case messages.Sync():
            return frame(b"S")
        case messages.Flush():
            return frame(b"H")
        case messages.CopyDone():
            return frame(b"c")
        case messages.Terminate():
            return frame(b"X")
    raise AssertionError(message)


def encode_bind(bind):
    parts = [
        text(bind.portal, bind.statement),
        shorts(bind.parameter_formats),
        struct.pack(">H", len(bind.parameters)),
    ]
    parts += [struct.pack(">i", -1) if v is None else struct.pack(">i", len(v)) + v for v in bind.parameters]
    return b"".join(parts) + shorts(bind.result_formats)


class Stream:
    """Cuts a backend stream into frames; the answer to a request for encryption is a frame of one byte."""

    def __init__(self):
        self.data = b""
        self.may_answer_encryption = False

    def feed(self, data):
        self.data += data

    def next_frame(self):
        size = len(self.data) + 1
        if self.may_answer_encryption and self.data[:1] == b"N":
            size = 1
        elif len(self.data) >= 5:
            size = 1 + struct.unpack(">i", self.data[1:5])[0]
        if size > len(self.data):
            return None
        taken, self.data = self.data[:size], self.data[size:]
        return taken


def server_frames(data):
    stream = Stream()
    stream.may_answer_encryption = True
    stream.feed(data)
    while (taken := stream.next_frame()) is not None:
        yield taken
        stream.may_answer_encryption = taken == b"N"
    assert not stream.data


def fields_of(body):
    """Return the (code, text) pairs of an ErrorResponse or NoticeResponse."""
    assert body.endswith(b"\0\0")
    return [(field[:1].decode(), field[1:].decode()) for field in body[:-2].split(b"\0")]


def strings(body):
    assert body.endswith(b"\0")
    return [word.decode() for word in body[:-1].split(b"\0")]


def values_of(body):
    (count,) = struct.unpack(">H", body[:2])
    values, at = [], 2
    for _ in range(count):
        (length,) = struct.unpack(">i", body[at : at + 4])
        at += 4
        values.append(None if length == -1 else body[at : at + length])
        at += max(length, 0)
    assert at == len(body)
    return values


def columns_of(body):
    (count,) = struct.unpack(">H", body[:2])
    columns, at = [], 2
    for _ in range(count):
        end = body.index(0, at)
        columns.append(
            backend.Field(body[at:end].decode(), *struct.unpack(">IhIhih", body[end + 1 : end + 19]))
        )
        at = end + 19
    assert at == len(body)
    return columns


def read(data):
    """Return a backend frame as (name, fields…)."""
    if data == b"N":
        return ("EncryptionRefused",)
    kind, body = data[:1], data[5:]
    match kind:
        case b"R":
            return ("Authentication", *struct.unpack(">i", body))
        case b"S":
            return ("ParameterStatus", *strings(body))
        case b"K":
            return ("BackendKeyData", *struct.unpack(">iI", body))
        case b"Z":
            return ("ReadyForQuery", body)
        case b"T":
            return ("RowDescription", columns_of(body))
        case b"t":
            return ("ParameterDescription", list(struct.unpack(f">{(len(body) - 2) // 4}I", body[2:])))
        case b"D":
            return ("DataRow", values_of(body))
        case b"C":
            return ("CommandComplete", *strings(body))
        case b"E" | b"N":
            return ("ErrorResponse" if kind == b"E" else "NoticeResponse", fields_of(body))
        case b"G" | b"H":
            formats = list(struct.unpack(f">{(len(body) - 3) // 2}H", body[3:]))
            return ("CopyInResponse" if kind == b"G" else "CopyOutResponse", body[0], formats)
        case b"d":
            return ("CopyData", body)
        case b"v":
            version, count = struct.unpack(">ii", body[:8])
            assert version >> 16 == 3
            return ("NegotiateProtocolVersion", version & 0xFFFF, strings(body[8:]) if count else [])
    assert not body
    return (BARE[kind],)


BARE = {
    b"1": "ParseComplete",
    b"2": "BindComplete",
    b"3": "CloseComplete",
    b"n": "NoData",
    b"s": "PortalSuspended",
    b"I": "EmptyQueryResponse",
    b"c": "CopyDone",
}

_BUILDERS = {
    "ParameterStatus": backend.parameter_status,
    "BackendKeyData": backend.backend_key_data,
    "ReadyForQuery": backend.ready_for_query,
    "RowDescription": backend.row_description,
    "ParameterDescription": backend.parameter_description,
    "DataRow": backend.data_row,
    "CommandComplete": backend.command_complete,
    "CopyInResponse": backend.copy_in_response,
    "CopyOutResponse": backend.copy_out_response,
    "CopyData": backend.copy_data,
    "NegotiateProtocolVersion": backend.negotiate_protocol_version,
    "ParseComplete": backend.parse_complete,
    "BindComplete": backend.bind_complete,
    "CloseComplete": backend.close_complete,
    "NoData": backend.no_data,
    "PortalSuspended": backend.portal_suspended,
    "EmptyQueryResponse": backend.empty_query_response,
    "CopyDone": backend.copy_done,
}


def rebuild(name, *fields):
    """Build a message again, as the server would."""
    match name:
        case "EncryptionRefused":
            return backend.ENCRYPTION_REFUSED
        case "Authentication":
            return {0: backend.authentication_ok, 3: backend.authentication_cleartext_password}[fields[0]]()
        case "ErrorResponse" | "NoticeResponse":
            return frame(b"E" if name == "ErrorResponse" else b"N", backend.report(fields[0]))
    return _BUILDERS[name](*fields)


# PQtrace's form, which the recordings have


def quoted(data):
    return "'" + escaped(data) + "'"


def escaped(data):
    return "".join(chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in data)


def words(*values):
    return " ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in values)


def counted(values):
    return words(len(values), *values)


def parameters(values):
    shown = ["-1" if value is None else f"{len(value)} {quoted(value)}" for value in values]
    return " ".join([str(len(values)), *shown])


def describe_frontend(message):
    """Return name and fields of a message as PQtrace prints them."""
    name = type(message).__name__
    match message:
        case messages.SslRequest():
            return "SSLRequest\t 1234 5679"
        case messages.StartupMessage((major, minor), settings):
            return f"{name}\t {words(major, minor, *(word for pair in settings.items() for word in pair))}"
        case messages.PasswordMessage(value) | messages.Query(value) | messages.CopyFail(value):
            return f"{name}\t {words(value)}"
        case messages.Parse(statement, query, types):
            return f"{name}\t {words(statement, query)} {counted(types)}"
        case messages.Bind(portal, statement, formats, values, results):
            return f"{name}\t {words(portal, statement)} {counted(formats)} {parameters(values)} {counted(results)}"
        case messages.Describe(kind, target) | messages.Close(kind, target):
            return f"{name}\t {kind} {words(target)}"
        case messages.Execute(portal, rows_max):
            return f"{name}\t {words(portal, rows_max)}"
        case messages.CopyData(data):
            return f"{name}\t {quoted(data)}"
    return name


def describe_backend(name, *fields):
    match name:
        case "EncryptionRefused":
            return "SSLResponse\t N"
        case "Authentication":
            return {0: "AuthenticationOk", 3: "AuthenticationCleartextPassword"}[fields[0]]
        case "ParameterStatus" | "CommandComplete":
            return f"{name}\t {words(*fields)}"
        case "BackendKeyData":
            return f"{name}\t {fields[0]} {quoted(struct.pack('>I', fields[1]))}"
        case "ReadyForQuery":
            return f"{name}\t {fields[0].decode()}"
        case "RowDescription":
            shown = [
                words(f.name, f.table, f.attnum, f.type, f.type_length & 0xFFFF, f.typmod, f.format)
                for f in fields[0]
            ]
            return f"{name}\t {' '.join([str(len(shown)), *shown])}"
        case "ParameterDescription":
            return f"{name}\t {counted(fields[0])}"
        case "DataRow":
            return f"{name}\t {parameters(fields[0])}"
        case "ErrorResponse" | "NoticeResponse":
            return f"{name}\t {' '.join(f'{code} {words(value)}' for code, value in fields[0])} \\x00"
        case "CopyInResponse" | "CopyOutResponse":
            return f"{name}\t {escaped(bytes([fields[0]]))} {counted(fields[1])}"
        case "CopyData":
            return f"{name}\t {quoted(fields[0])}"
        case "NegotiateProtocolVersion":
            return f"{name}\t {3 << 16 | fields[0]} {counted(fields[1])}"
    return name


class Transcript:
    """One recorded connection: the messages as an outside judge read them, and the bytes in both directions."""

    def __init__(self, path):
        head, _, tail = path.read_text("utf-8").partition("\n---\n")
        self.lines = re.split(r"\n(?=[FB]\t)", head)[1:]  # a text may have line ends of its own
        self.chunks = [(line[0], bytes.fromhex(line[2:])) for line in tail.splitlines()]

    def said(self, mark):
        return b"".join(data for direction, data in self.chunks if direction == mark)

    def read_lines(self, letter):
        """Return 'name\\t fields' of each message from F or B."""
        return [line.split("\t", 2)[2] for line in self.lines if line.startswith(letter)]


def transcripts():
    return {path.stem: Transcript(path) for path in sorted(RECORDED.glob("*.txt"))}
