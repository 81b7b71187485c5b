"""IPC: what a worker and the storage process say to each other over a Unix socket, batched both ways.

    worker ── hello(cluster) ─────────▶ storage process        a frame: 4 bytes length (little endian), then msgpack
    worker ◀── [answer 0] ───────────── storage process        welcome, or why not
    worker ── [(number, intent), …] ──▶ storage process
    worker ◀── [answer, …] ──────────── storage process

    worker ── hello(cluster, sequences) ─▶ storage process      on a socket of its own: one request, one answer
    worker ── request for numbers ───────▶ storage process
    worker ◀── a block of numbers ──────── storage process

A socket is about one cluster. The control plane says hello to have a cluster released, and is answered when it is.

A worker sends all intents of one turn of its event loop as one frame; the storage process answers all of a group commit to one
worker as one frame. Answers carry the number of their question, so their order does not matter.

Both ends are one installation's processes of the same version; still, a frame that does not decode ends the connection and
nothing else.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import msgspec

from borealis.errors import InternalError, SerializationFailure, SqlError, error_class
from borealis.transaction.intent import Commit, Conflict, Intent
from borealis.transaction.sequences import Block, SequenceRequest

FRAME_BYTES_MAX = 1 << 30

_length = struct.Struct("<I")


class FrameError(Exception):
    """The peer sent what is not a frame."""


class Hello(msgspec.Struct, array_like=True, frozen=True):
    """The first frame of a socket: which cluster it is about."""

    cluster: str
    is_release: bool = False
    """Whether the storage process is to let go of the cluster, which is then answered, and nothing else follows."""
    asks_sequences: bool = False
    """Whether what follows are requests for numbers of sequences, each answered before the next."""


WELCOME = 0
"""The number of the answer to a hello; questions begin at 1."""


class Question(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One intent a worker wants committed, numbered by the worker."""

    number: int
    intent: Intent


class Refusal(msgspec.Struct, array_like=True, frozen=True):
    """A SqlError as it crosses between processes."""

    sqlstate: str
    message: str
    detail: str | None = None
    hint: str | None = None
    conflict: Conflict | None = None


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """What became of the intent of this number: exactly one of the two; the answer to a hello has neither, or a refusal."""

    number: int
    commit: Commit | None
    refusal: Refusal | None


class SequenceAnswer(msgspec.Struct, array_like=True, frozen=True):
    """The numbers a request reserved, or why not."""

    block: Block | None
    refusal: Refusal | None = None


_encoder = msgspec.msgpack.Encoder()
_hellos = msgspec.msgpack.Decoder(Hello)
_questions = msgspec.msgpack.Decoder(list[Question])
_answers = msgspec.msgpack.Decoder(list[Answer])


_sequence_requests = msgspec.msgpack.Decoder(SequenceRequest)
_sequence_answers = msgspec.msgpack.Decoder(SequenceAnswer)


def encode_hello(hello: Hello) -> bytes:
    return _frame(hello)


def encode_questions(questions: list[Question]) -> bytes:
    return _frame(questions)


def encode_answers(answers: list[Answer]) -> bytes:
    return _frame(answers)


def encode_sequence_request(request: SequenceRequest) -> bytes:
    return _frame(request)


def encode_sequence_answer(answer: SequenceAnswer) -> bytes:
    return _frame(answer)


def _frame(items: object) -> bytes:
    frame = bytearray(_length.size)
    _encoder.encode_into(items, frame, _length.size)
    _length.pack_into(frame, 0, len(frame) - _length.size)
    return bytes(frame)


def decode_hello(payload: bytes | memoryview) -> Hello:
    try:
        return _hellos.decode(payload)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise FrameError(str(error)) from error


def decode_questions(payload: bytes | memoryview) -> list[Question]:
    try:
        return _questions.decode(payload)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise FrameError(str(error)) from error


def decode_answers(payload: bytes | memoryview) -> list[Answer]:
    try:
        return _answers.decode(payload)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise FrameError(str(error)) from error


def decode_sequence_request(payload: bytes | memoryview) -> SequenceRequest:
    try:
        return _sequence_requests.decode(payload)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise FrameError(str(error)) from error


def decode_sequence_answer(payload: bytes | memoryview) -> SequenceAnswer:
    try:
        return _sequence_answers.decode(payload)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise FrameError(str(error)) from error


class FrameReader:
    """Cuts a byte stream into the payloads of its frames."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the payload of every frame that is complete now."""
        buffer = self._buffer
        buffer += data
        start = 0
        while len(buffer) - start >= _length.size:
            (size,) = _length.unpack_from(buffer, start)
            if size > FRAME_BYTES_MAX:
                raise FrameError(f"a frame of {size} bytes")
            end = start + _length.size + size
            if len(buffer) < end:
                break
            yield bytes(buffer[start + _length.size : end])
            start = end
        if start:
            del buffer[:start]


def refusal_of(error: SqlError) -> Refusal:
    conflict = error.conflict if isinstance(error, SerializationFailure) else None
    return Refusal(
        error.sqlstate,
        error.message,
        error.detail,
        error.hint,
        conflict if isinstance(conflict, Conflict) else None,
    )


def error_of(refusal: Refusal) -> SqlError:
    """Return the refusal as the error it was."""
    try:
        kind = error_class(refusal.sqlstate)
    except KeyError:
        kind = InternalError
    error = kind(refusal.message, detail=refusal.detail, hint=refusal.hint)
    if isinstance(error, SerializationFailure):
        error.conflict = refusal.conflict
    return error


def server_unavailable() -> InternalError:
    """The storage process went away before it answered: the outcome of a commit sent to it is not known."""
    return InternalError("server unavailable")  # dsql-facts.md §3.2
