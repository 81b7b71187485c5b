"""Transcripts: what a client says and what the server answers, message by message, as text.

    # Exactly as many rows as asked for suspend the portal.
    > Parse {"text": "select 1"}
    > Bind
    > Execute {"rows_max": 1}
    > Sync
    < ParseComplete
    …
    = DSQL has no such statement; dsql-facts.md §4.2
    < ErrorResponse {"S": "ERROR", …}

`<` lines are PostgreSQL's, recorded by tools/record_session.py. Where a line `=` gives a reason, what stands below it is
ours instead. `!` lines at the top of a file are run before, on either server. Fields of errors that name PostgreSQL's
source are left out; a table's oid is shown as 1.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from borealis.wire import messages

DEFAULTS: dict[str, dict[str, Any]] = {
    "Query": {"text": ""},
    "Parse": {"statement": "", "text": "", "parameter_types": ()},
    "Bind": {"portal": "", "statement": "", "parameter_formats": (), "parameters": (), "result_formats": ()},
    "Describe": {"kind": "S", "name": ""},
    "Execute": {"portal": "", "rows_max": 0},
    "Close": {"kind": "S", "name": ""},
    "Sync": {},
    "Flush": {},
    "CopyData": {"data": ""},
    "CopyDone": {},
    "CopyFail": {"message": ""},
}


@dataclass
class Case:
    title: str
    said: list[str] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)
    reason: str | None = None
    ours: list[str] = field(default_factory=list)

    @property
    def expected(self) -> list[str]:
        return self.recorded if self.reason is None else self.ours


@dataclass
class Transcript:
    setup: list[str]
    cases: list[Case]


def read(path: Path) -> Transcript:
    setup: list[str] = []
    cases: list[Case] = []
    for line in path.read_text().splitlines():
        mark, rest = line[:2], line[2:]
        match mark:
            case "! ":
                setup.append(rest)
            case "# ":
                cases.append(Case(rest))
            case "> ":
                cases[-1].said.append(rest)
            case "< ":
                (cases[-1].recorded if cases[-1].reason is None else cases[-1].ours).append(rest)
            case "= ":
                cases[-1].reason = rest
            case _ if line.strip():
                raise ValueError(f"{path}: {line!r}")
    return Transcript(setup, cases)


def write(path: Path, transcript: Transcript) -> None:
    lines = [f"! {statement}" for statement in transcript.setup]
    for case in transcript.cases:
        lines += [
            "",
            f"# {case.title}",
            *(f"> {said}" for said in case.said),
            *(f"< {got}" for got in case.recorded),
        ]
        if case.reason is not None:
            lines += [f"= {case.reason}", *(f"< {got}" for got in case.ours)]
    path.write_text("\n".join(lines).lstrip("\n") + "\n")


def message(line: str) -> messages.FrontendMessage:
    """Return what a client says as a message."""
    name, _, rest = line.partition(" ")
    values = DEFAULTS[name] | (json.loads(rest) if rest else {})
    for key in ("parameter_types", "parameter_formats", "result_formats"):
        if key in values:
            values[key] = tuple(values[key])
    if "parameters" in values:
        values["parameters"] = tuple(
            None if value is None else to_bytes(value) for value in values["parameters"]
        )
    if "data" in values:
        values["data"] = to_bytes(values["data"])
    return getattr(messages, name)(**values)


def string(text: str) -> bytes:
    return text.encode() + b"\0"


def shorts(values: tuple[int, ...]) -> bytes:
    return struct.pack(f">H{len(values)}H", len(values), *values)


def frame(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack(">i", len(body) + 4) + body


def encode(message: messages.FrontendMessage) -> bytes:
    match message:
        case messages.Query(text):
            return frame(b"Q", string(text))
        case messages.Parse(statement, text, types):
            return frame(
                b"P", string(statement) + string(text) + struct.pack(f">H{len(types)}I", len(types), *types)
            )
        case messages.Bind(portal, statement, parameter_formats, parameters, result_formats):
            values = b"".join(
                struct.pack(">i", -1) if value is None else struct.pack(">i", len(value)) + value
                for value in parameters
            )
            head = string(portal) + string(statement) + shorts(parameter_formats)
            return frame(b"B", head + struct.pack(">H", len(parameters)) + values + shorts(result_formats))
        case messages.Describe(kind, name):
            return frame(b"D", kind.encode() + string(name))
        case messages.Close(kind, name):
            return frame(b"C", kind.encode() + string(name))
        case messages.Execute(portal, rows_max):
            return frame(b"E", string(portal) + struct.pack(">i", rows_max))
        case messages.Sync():
            return frame(b"S", b"")
        case messages.Flush():
            return frame(b"H", b"")
        case messages.CopyData(data):
            return frame(b"d", data)
        case messages.CopyDone():
            return frame(b"c", b"")
        case messages.CopyFail(text):
            return frame(b"f", string(text))
    raise ValueError(message)


def to_bytes(value: str) -> bytes:
    return bytes.fromhex(value[2:]) if value.startswith("0x") else value.encode()


def shown_bytes(data: bytes | None) -> str | None:
    if data is None:
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "0x" + data.hex()
    return text if all(c.isprintable() or c in "\n\t" for c in text) else "0x" + data.hex()


def frames(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from(">i", data, at + 1)
        yield data[at : at + 1], data[at + 5 : at + 1 + length]
        at += 1 + length


def shown(kind: bytes, body: bytes) -> str:
    """Return a backend message as a line."""
    match kind:
        case b"1" | b"2" | b"3" | b"n" | b"s" | b"I" | b"c":
            return _BARE[kind]
        case b"Z":
            return f"ReadyForQuery {body.decode()}"
        case b"C":
            return f"CommandComplete {json.dumps(body[:-1].decode())}"
        case b"S":
            name, value, _ = body.decode().split("\0")
            return f"ParameterStatus {json.dumps([name, value])}"
        case b"E" | b"N":
            fields = {part[:1]: part[1:] for part in body.decode().split("\0") if part}
            fields = {code: text for code, text in fields.items() if code not in "VFLR"}
            return f"{'ErrorResponse' if kind == b'E' else 'NoticeResponse'} {json.dumps(fields, ensure_ascii=False)}"
        case b"T":
            return f"RowDescription {json.dumps(list(_row_description(body)))}"
        case b"t":
            (count,) = struct.unpack_from(">H", body)
            return f"ParameterDescription {list(struct.unpack_from(f'>{count}I', body, 2))}"
        case b"D":
            return f"DataRow {json.dumps(list(_data_row(body)), ensure_ascii=False)}"
        case b"d":
            return f"CopyData {json.dumps(shown_bytes(body), ensure_ascii=False)}"
        case b"G" | b"H":
            format_, count = struct.unpack_from(">BH", body)
            formats = list(struct.unpack_from(f">{count}H", body, 3))
            return (
                f"{'CopyInResponse' if kind == b'G' else 'CopyOutResponse'} {json.dumps([format_, formats])}"
            )
    raise ValueError(kind)


_BARE = {
    b"1": "ParseComplete", b"2": "BindComplete", b"3": "CloseComplete", b"n": "NoData", b"s": "PortalSuspended",
    b"I": "EmptyQueryResponse", b"c": "CopyDone",
}  # fmt: skip


def _row_description(body: bytes) -> Iterator[list[Any]]:
    (count,) = struct.unpack_from(">H", body)
    at = 2
    for _ in range(count):
        end = body.index(0, at)
        table, attnum, type_, length, typmod, format_ = struct.unpack_from(">IhIhih", body, end + 1)
        yield [body[at:end].decode(), min(table, 1), attnum, type_, length, typmod, format_]
        at = end + 19


def _data_row(body: bytes) -> Iterator[str | None]:
    (count,) = struct.unpack_from(">H", body)
    at = 2
    for _ in range(count):
        (length,) = struct.unpack_from(">i", body, at)
        at += 4
        yield None if length < 0 else shown_bytes(body[at : at + length])
        at += max(length, 0)
