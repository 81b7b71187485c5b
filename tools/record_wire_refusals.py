"""Record how a real PostgreSQL answers malformed and hostile bytes, for tests/wire/recorded/refusals.json.

.venv/bin/python tools/record_wire_refusals.py
"""

from __future__ import annotations

import json
import socket
import struct
from pathlib import Path

from wire_proxy import start_postgres

TARGET = Path(__file__).parent.parent / "tests" / "wire" / "recorded" / "refusals.json"
QUIET_S = 0.15


def frame(kind: bytes, body: bytes = b"", length: int | None = None) -> bytes:
    return kind + struct.pack(">i", len(body) + 4 if length is None else length) + body


def packet(code: int, body: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack(">iI", len(body) + 8 if length is None else length, code) + body


def bind(
    formats: bytes = b"\0\0",
    values: bytes = b"\0\1\0\0\0\1x",
    results: bytes = b"\0\0",
    names: bytes = b"\0s\0",
) -> bytes:
    return frame(b"B", names + formats + values + results)


SSL, GSS, CANCEL, V3 = 80877103, 80877104, 80877102, 196608
PARSE = frame(b"P", b"s\0SELECT $1::text\0\0\0")
SYNC = frame(b"S")
QUERY = frame(b"Q", b"SELECT 1\0")
COPY = frame(b"Q", b"COPY refused FROM STDIN\0")
COPY_EXTENDED = (
    frame(b"P", b"\0COPY refused FROM STDIN\0\0\0")
    + frame(b"B", b"\0\0" + bytes(6))
    + frame(b"E", b"\0" + bytes(4))
)

STARTUP = {
    "protocol 2.0": packet(2 << 16, b"user\0postgres\0\0"),
    "protocol 4.1": packet(4 << 16 | 1, b"user\0postgres\0\0"),
    "protocol 0.0": packet(0, b""),
    "length 0": struct.pack(">i", 0),
    "length 7": struct.pack(">i", 7) + b"abc",
    "length -1": struct.pack(">i", -1),
    "length 10005": struct.pack(">i", 10005),
    "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no terminator": packet(V3, b"user\0postgres\0"),
    "no value": packet(V3, b"user\0postgres\0database\0"),
    "no zero byte at all": packet(V3, b"user"),
    "bytes behind the terminator": packet(V3, b"user\0postgres\0\0x"),
    "two requests for TLS": packet(SSL),
    "TLS request, then bytes": packet(SSL) + b"x",
    "GSS request, then bytes": packet(GSS) + packet(V3, b"user\0postgres\0\0"),
    "cancel request cut short": packet(CANCEL, b"\0\0\0\1"),
    "cancel request": packet(CANCEL, bytes(8)),
}
SECOND = {"two requests for TLS": packet(SSL)}

SESSION = {
    "nothing wrong": PARSE + bind() + frame(b"D", b"P\0") + frame(b"E", b"\0\0\0\0\0") + SYNC,
    "unknown type": frame(b"!"),
    "password in a session": frame(b"p", b"x\0"),
    "type 0": frame(b"\0"),
    "length 3": frame(b"Q", b"", 3),
    "length 0": frame(b"S", b"", 0),
    "length negative": frame(b"Q", b"", -5),
    "sync too long": frame(b"S", b"", 10001),
    "describe too long": frame(b"D", b"", 10001),
    "close as long as may be": frame(b"C", b"S" + b"a" * 9994 + b"\0") + SYNC,
    "query without zero byte": frame(b"Q", b"SELECT 1") + QUERY,
    "query empty body": frame(b"Q") + QUERY,
    "query with a second string": frame(b"Q", b"SELECT 1\0SELECT 2\0") + QUERY,
    "query not UTF-8": frame(b"Q", b"SELECT '\xff'\0") + QUERY,
    "query truncated UTF-8": frame(b"Q", b"SELECT '\xe2\x82\0") + QUERY,
    "query surrogate": frame(b"Q", b"SELECT '\xed\xa0\x80'\0") + QUERY,
    "query overlong": frame(b"Q", b"SELECT '\xc0\xaf'\0") + QUERY,
    "query beyond Unicode": frame(b"Q", b"SELECT '\xf4\x90\x80\x80'\0") + QUERY,
    "query lead byte then ASCII": frame(b"Q", b"SELECT '\xe9tait'\0") + QUERY,
    "sync with a body": frame(b"S", b"x") + QUERY,
    "flush with a body": frame(b"H", b"x") + QUERY + SYNC,
    "terminate with a body": frame(b"X", b"x"),
    "parse empty": frame(b"P") + SYNC,
    "parse one string": frame(b"P", b"s\0") + SYNC,
    "parse no count": frame(b"P", b"s\0SELECT 1\0") + SYNC,
    "parse half a count": frame(b"P", b"s\0SELECT 1\0\0") + SYNC,
    "parse too few types": frame(b"P", b"s\0SELECT 1\0\0\2\0\0\0\x17") + SYNC,
    "parse bytes behind": frame(b"P", b"s\0SELECT 1\0\0\0x") + SYNC,
    "parse not UTF-8 and bytes behind": frame(b"P", b"s\0SELECT '\xff'\0\0\0x") + SYNC,
    "parse name not UTF-8": frame(b"P", b"\xff\0SELECT 1\0\0\0") + SYNC,
    "bind empty": PARSE + frame(b"B") + SYNC,
    "bind cut in formats": PARSE + frame(b"B", b"\0s\0\0\2\0\0") + SYNC,
    "bind two formats, one parameter": PARSE + bind(b"\0\2\0\0\0\0") + SYNC,
    "bind cut in values": PARSE + frame(b"B", b"\0s\0\0\0\0\1\0\0\0\5abc") + SYNC,
    "bind no value": PARSE + frame(b"B", b"\0s\0\0\0\0\1") + SYNC,
    "bind length -2": PARSE + bind(values=b"\0\1\xff\xff\xff\xfe") + SYNC,
    "bind length 2 GB": PARSE + bind(values=b"\0\1\x7f\xff\xff\xff") + SYNC,
    "bind format 2": PARSE + bind(b"\0\1\0\2") + SYNC,
    "bind format -1": PARSE + bind(b"\0\1\xff\xff") + SYNC,
    "bind no result formats": PARSE + bind(results=b"") + SYNC,
    "bind cut in result formats": PARSE + bind(results=b"\0\2\0\0") + SYNC,
    "bind bytes behind": PARSE + bind(results=b"\0\0x") + SYNC,
    "bind null": PARSE + bind(values=b"\0\1\xff\xff\xff\xff") + SYNC,
    "describe empty": frame(b"D") + SYNC,
    "describe kind X": frame(b"D", b"Xs\0") + SYNC,
    "describe kind 200": frame(b"D", b"\xc8s\0") + SYNC,
    "describe no string": frame(b"D", b"S") + SYNC,
    "describe bytes behind": frame(b"D", b"Ss\0x") + SYNC,
    "close kind P but none": frame(b"C", b"Pnone\0") + SYNC,
    "close kind X": frame(b"C", b"Xs\0") + SYNC,
    "close bytes behind": frame(b"C", b"Ss\0x") + SYNC,
    "execute empty": frame(b"E") + SYNC,
    "execute no number": frame(b"E", b"\0") + SYNC,
    "execute bytes behind": frame(b"E", b"\0\0\0\0\0x") + SYNC,
    "garbage is skipped until sync": frame(b"D", b"X") + frame(b"P", b"\xff") + frame(b"Q", b"\xff") + SYNC + QUERY,
    "unknown type while skipping": frame(b"D", b"X") + frame(b"!"),
    "too long while skipping": frame(b"D", b"X") + frame(b"E", b"", 10001),
    "terminate while skipping": frame(b"D", b"X") + frame(b"X"),
    "copy messages without copy": frame(b"d", b"1\n") + frame(b"c") + frame(b"f", b"why\0") + QUERY,
    "query in copy": COPY + QUERY,
    "parse in copy": COPY + PARSE,
    "unknown type in copy": COPY + frame(b"!"),
    "sync and flush in copy": COPY + SYNC + frame(b"H") + frame(b"c"),
    "copy fail": COPY + frame(b"d", b"1\n") + frame(b"f", b"no more\0") + QUERY,
    "copy fail without zero byte": COPY + frame(b"f", b"no more") + QUERY,
    "copy fail not UTF-8": COPY + frame(b"f", b"\xff\0") + QUERY,
    "copy done with a body": COPY + frame(b"c", b"x") + QUERY,
    "copy data after copy fail": COPY + frame(b"f", b"x\0") + frame(b"d", b"1\n") + frame(b"c") + QUERY,
    "copy fail, extended": COPY_EXTENDED + SYNC + frame(b"f", b"x\0") + QUERY + SYNC,
    "copy done, extended": COPY_EXTENDED + SYNC + frame(b"c") + SYNC,
    "terminate in copy": COPY + frame(b"X"),
}  # fmt: skip


def fields(body: bytes) -> dict[str, str]:
    return {field[:1].decode(): field[1:].decode() for field in body[:-2].split(b"\0")}


class Connection:
    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.data = b""
        self.closed = False

    def say(self, data: bytes, wait_for: bytes | None = None) -> None:
        """Send, and read until the server falls silent, hangs up, or says what is waited for."""
        try:
            self.socket.sendall(data)
        except BrokenPipeError:
            self.closed = True
        self.socket.settimeout(5 if wait_for else QUIET_S)
        try:
            while wait_for is None or wait_for not in self.data:
                received = self.socket.recv(65536)
                if not received:
                    self.closed = True
                    return
                self.data += received
        except TimeoutError:
            return
        except ConnectionResetError:
            self.closed = True

    def frames(self) -> list[tuple[str, bytes]]:
        found = []
        while self.data:
            if self.data[:1] == b"N" and (len(self.data) == 1 or self.data[1:2] == b"E"):
                self.data = self.data[1:]  # the refusal of TLS
                continue
            if self.data.startswith(b"EFATAL:  "):  # the form of protocol 2
                found.append(("protocol 2", self.data[9:]))
                break
            size = 1 + struct.unpack(">i", self.data[1:5])[0]
            found.append((chr(self.data[0]), self.data[5:size]))
            self.data = self.data[size:]
        return found


def answers(connection: Connection) -> list[list[str]]:
    """Return errors as severity, SQLSTATE and message, ReadyForQuery as its status, and the end, if it came."""
    found = []
    for kind, body in connection.frames():
        if kind == "E":
            error = fields(body)
            found.append([error["V"], error["C"], error["M"]])
        elif kind == "protocol 2":
            found.append(["FATAL", "", body.rstrip(b"\n\0").decode()])
        elif kind == "Z":
            found.append(["ready"])
    return [*found, ["closed"]] if connection.closed else found


def main() -> None:
    path = start_postgres()
    cases = []
    for name, data in STARTUP.items():
        connection = Connection(path)
        connection.say(data)
        said = [data]
        if name in SECOND:
            said.append(SECOND[name])
            connection.say(SECOND[name])
        cases.append(
            {
                "name": f"startup: {name}",
                "said": [each.hex() for each in said],
                "answers": answers(connection),
            }
        )
    for name, data in SESSION.items():
        connection = Connection(path)
        ready = frame(b"Z", b"I")
        connection.say(packet(V3, b"user\0postgres\0\0"), ready)
        connection.data = b""
        connection.say(frame(b"Q", b"CREATE TEMP TABLE refused (a int)\0"), ready)
        connection.data = b""
        connection.say(data)
        cases.append({"name": f"session: {name}", "said": [data.hex()], "answers": answers(connection)})
    TARGET.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
