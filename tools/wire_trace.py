"""A stream of protocol 3 as lines in the form of libpq's PQtrace, read by the layouts of PostgreSQL 16 §55.7.

    F	33	Bind	 "" "" 2 0 1 2 1 '1' 6 'caf\\xc3\\xa9\\x0a' 1 1

Independent of src/borealis, so that the recordings can judge it; record_wire.py holds it against PQtrace itself.
"""

from __future__ import annotations

import struct

# s string, h int16, i int32, k key of four bytes, b byte, * bytes to the end,
# N(…) int16 count and as many, M(…) int32 count and as many, v int32 length and bytes, E error fields.
FRONTEND = {
    "Q": ("Query", "s"),
    "P": ("Parse", "ssN(i)"),
    "B": ("Bind", "ssN(h)N(v)N(h)"),
    "D": ("Describe", "bs"),
    "E": ("Execute", "si"),
    "C": ("Close", "bs"),
    "S": ("Sync", ""),
    "H": ("Flush", ""),
    "X": ("Terminate", ""),
    "d": ("CopyData", "*"),
    "c": ("CopyDone", ""),
    "f": ("CopyFail", "s"),
    "p": ("PasswordMessage", "s"),
}
BACKEND = {
    "S": ("ParameterStatus", "ss"),
    "K": ("BackendKeyData", "ik"),
    "Z": ("ReadyForQuery", "b"),
    "T": ("RowDescription", "N(sihihih)"),
    "t": ("ParameterDescription", "N(i)"),
    "D": ("DataRow", "N(v)"),
    "C": ("CommandComplete", "s"),
    "E": ("ErrorResponse", "E"),
    "N": ("NoticeResponse", "E"),
    "1": ("ParseComplete", ""),
    "2": ("BindComplete", ""),
    "3": ("CloseComplete", ""),
    "n": ("NoData", ""),
    "s": ("PortalSuspended", ""),
    "I": ("EmptyQueryResponse", ""),
    "G": ("CopyInResponse", "bN(h)"),
    "H": ("CopyOutResponse", "bN(h)"),
    "d": ("CopyData", "*"),
    "c": ("CopyDone", ""),
    "v": ("NegotiateProtocolVersion", "iM(s)"),
}
AUTHENTICATION = {b"\0\0\0\0": "AuthenticationOk", b"\0\0\0\3": "AuthenticationCleartextPassword"}
REQUESTS = {80877103: "SSLRequest", 80877104: "GSSENCRequest"}


class Body:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count]
        assert len(taken) == count, "message too short"
        self.at += count
        return taken

    def number(self, layout: str) -> int:
        return struct.unpack(layout, self.take(struct.calcsize(layout)))[0]

    def string(self) -> str:
        text = self.take(self.data.index(0, self.at) - self.at).decode()
        self.at += 1
        return f'"{text}"'

    def fields(self, layout: str) -> list[str]:
        found: list[str] = []
        at = 0
        while at < len(layout):
            letter = layout[at]
            at += 1
            if letter in "NM":
                close = layout.index(")", at)
                count = self.number(">H" if letter == "N" else ">i")
                found.append(str(count))
                for _ in range(count):
                    found += self.fields(layout[at + 1 : close])
                at = close + 1
            else:
                found += self.field(letter)
        return found

    def field(self, letter: str) -> list[str]:
        match letter:
            case "s":
                return [self.string()]
            case "h":
                return [str(self.number(">H"))]
            case "i":
                return [str(self.number(">i"))]
            case "k":
                return [quoted(self.take(4))]
            case "b":
                return [escaped(self.take(1))]
            case "*":
                return [quoted(self.take(len(self.data) - self.at))]
            case "v":
                length = self.number(">i")
                return [str(length)] if length == -1 else [str(length), quoted(self.take(length))]
            case _:
                return self.report()

    def report(self) -> list[str]:
        found = []
        while (code := self.take(1)) != b"\0":
            found += [code.decode(), self.string()]
        return [*found, "\\x00"]


def quoted(data: bytes) -> str:
    return f"'{escaped(data)}'"


def escaped(data: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in data)


def render(chunks: list[tuple[str, bytes]]) -> list[str]:
    """Return a line a message, in the order in which they were complete."""
    lines: list[str] = []
    waiting = {">": b"", "<": b""}
    started = False
    for mark, data in chunks:
        waiting[mark] += data
        while True:
            rest = waiting[mark]
            if mark == "<" and not started and rest[:1] == b"N":
                waiting[mark] = rest[1:]
                lines.append("B\t1\tSSLResponse\t N")
                continue
            if mark == ">" and not started:
                if len(rest) < 4 or len(rest) < (size := struct.unpack(">i", rest[:4])[0]):
                    break
                line, started = startup(rest[:size])
                lines.append(line)
                waiting[mark] = rest[size:]
                continue
            if len(rest) < 5 or len(rest) < (size := struct.unpack(">i", rest[1:5])[0] + 1):
                break
            lines.append(message(mark, rest[:size]))
            waiting[mark] = rest[size:]
    assert not any(waiting.values()), "the stream ends inside a message"
    return lines


def startup(packet: bytes) -> tuple[str, bool]:
    (code,) = struct.unpack(">i", packet[4:8])
    if code in REQUESTS:
        return f"F\t{len(packet)}\t{REQUESTS[code]}\t 1234 {code & 0xFFFF}", False
    words = packet[8:-2].split(b"\0")
    fields = " ".join(f'"{word.decode()}"' for word in words)
    return f"F\t{len(packet)}\tStartupMessage\t {code >> 16} {code & 0xFFFF} {fields}", True


def message(mark: str, frame: bytes) -> str:
    if mark == "<" and frame[0:1] == b"R":
        return f"B\t{len(frame) - 1}\t{AUTHENTICATION[frame[5:]]}"
    name, layout = (FRONTEND if mark == ">" else BACKEND)[chr(frame[0])]
    body = Body(frame[5:])
    fields = body.fields(layout)
    assert body.at == len(body.data), f"{name} has more than its layout"
    head = f"{'F' if mark == '>' else 'B'}\t{len(frame) - 1}\t{name}"
    return f"{head}\t {' '.join(fields)}" if fields else head
