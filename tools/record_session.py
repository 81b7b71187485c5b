"""Record what PostgreSQL 16 answers: .venv/bin/python tools/record_session.py [tests/wire/session_*.txt …]

--sequences records the random ones instead. Says each case's `>` lines on a fresh connection and writes its `<` lines anew. Where a case has a `=` line, what is below
it stays as it is. Needs the pgserver wheel. The format is tests/wire/session_transcript.py's.
"""

from __future__ import annotations

import gzip
import json
import socket
import struct
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "wire")]
warnings.simplefilter("ignore")

import pgserver  # noqa: E402
import session_sequences as sequences  # noqa: E402
import session_transcript as transcripts  # noqa: E402

from borealis.wire import messages  # noqa: E402

DATA = Path("/tmp/pg-session")
OPTIONS = r"-c default_transaction_isolation=repeatable\ read -c timezone=UTC"
QUIET_S = 0.15
SEQUENCES = 300


def connect() -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(DATA / ".s.PGSQL.5432"))
    names = {"user": "postgres", "database": "postgres", "options": OPTIONS}
    body = (
        struct.pack(">i", 196608)
        + b"".join(transcripts.string(k) + transcripts.string(v) for k, v in names.items())
        + b"\0"
    )
    connection.sendall(struct.pack(">i", len(body) + 4) + body)
    receive(connection)
    return connection


def receive(connection: socket.socket, *, until_ready: bool = False) -> bytes:
    """Return what comes until nothing comes for a while: a transcript may end without ReadyForQuery."""
    connection.settimeout(QUIET_S)
    data = b""
    try:
        while chunk := connection.recv(65536):
            data += chunk
            if until_ready and data[-6:-1] == b"Z\0\0\0\5":
                break
    except TimeoutError:
        pass
    return data


def record(path: Path) -> None:
    transcript = transcripts.read(path)
    with connect() as connection:
        for statement in ("drop schema public cascade", "create schema public", *transcript.setup):
            connection.sendall(transcripts.encode(messages.Query(statement)))
            for kind, body in transcripts.frames(receive(connection)):
                if kind == b"E":
                    raise SystemExit(f"{statement}: {transcripts.shown(kind, body)}")
    for case in transcript.cases:
        with connect() as connection:
            connection.sendall(b"".join(transcripts.encode(transcripts.message(said)) for said in case.said))
            case.recorded = [
                transcripts.shown(kind, body) for kind, body in transcripts.frames(receive(connection))
            ]
    transcripts.write(path, transcript)


def record_sequences(path: Path) -> None:
    """Record what is answered to the random sequences of tests/wire/session_sequences.py."""
    answers = []
    for seed in range(SEQUENCES):
        with connect() as connection:
            for statement in ("drop schema public cascade", "create schema public", *sequences.SETUP):
                connection.sendall(transcripts.encode(messages.Query(statement)))
                receive(connection, until_ready=True)
            connection.sendall(b"".join(map(transcripts.encode, sequences.sequence(seed))))
            frames = transcripts.frames(receive(connection))
            answers.append([transcripts.shown(kind, body) for kind, body in frames])
    path.write_bytes(gzip.compress(json.dumps(answers, ensure_ascii=False).encode(), mtime=0))


pgserver.get_server(DATA, cleanup_mode=None)
if sys.argv[1:] == ["--sequences"]:
    record_sequences(ROOT / "tests" / "wire" / "session_sequences.json.gz")
    sys.exit()
for name in sys.argv[1:] or sorted(map(str, (ROOT / "tests" / "wire").glob("session_*.txt"))):
    record(Path(name))
