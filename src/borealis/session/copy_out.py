"""COPY TO STDOUT: a result's rows as CopyData, in chunks, waiting for clients that read slowly."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from borealis.session.commands.query import QueryCommand
from borealis.session.portal import Portal
from borealis.session.rows import CHUNK_ROWS, fetch
from borealis.types import oids
from borealis.types.base import Style, Value
from borealis.types.registry import type_of
from borealis.wire import backend
from borealis.wire.copy import row_encoder
from borealis.wire.copy.options import CopyOptions

if TYPE_CHECKING:
    from borealis.session.session import Session

FieldEncoder = Callable[[Value], bytes]


async def copy_out(session: Session, portal: Portal, query: QueryCommand, options: CopyOptions) -> None:
    """Send the portal's rows and set its completion."""
    result = portal.result
    assert result is not None
    assert query.fields is not None
    format_ = backend.BINARY if options.format == "binary" else backend.TEXT
    encoders = [_field_encoder(output, format_, session.scope.style) for output in query.plan.outputs]
    rows_out = row_encoder(options, [field.name for field in query.fields])
    count = 0
    with session.running(result):
        if result.is_long:
            await result.run()
        session.write(backend.copy_out_response(format_, (format_,) * len(encoders)))
        before = rows_out.start()
        if format_ == backend.TEXT:  # a header is a line of its own; the binary one goes with the first row
            _send(session, before)
            before = b""
        while True:
            rows = await fetch(result, CHUNK_ROWS)
            session.check_cancel()
            for row in rows:
                values = [
                    None if value is None else encode(value)
                    for encode, value in zip(encoders, row, strict=True)
                ]
                _send(session, before + rows_out.row(values))
                before = b""
            count += len(rows)
            if len(rows) < CHUNK_ROWS:
                break
            await session.pause()
    _send(session, before + rows_out.end())
    session.write(backend.copy_done())
    portal.completion = backend.command_complete(f"COPY {count}")
    portal.close()


def _send(session: Session, data: bytes) -> None:
    if data:
        session.write(backend.copy_data(data))


def _field_encoder(output: Any, format_: int, style: Style) -> FieldEncoder:
    type_ = type_of(output.type)
    if output.type == oids.BPCHAR:
        width = max(output.typmod - 4, 0)
        return lambda value: str(value).ljust(width).encode()
    if format_ == backend.BINARY:
        return type_.binary_encoder(output.representation)
    return type_.text_encoder(style, output.representation)
