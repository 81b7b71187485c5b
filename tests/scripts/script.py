"""Golden scripts: statements of one or more sessions, and what each answered.

    # Two writers of one row: the first to commit wins.
    # source: dsql-facts.md §3.2
    c1:> BEGIN
    c2:> !COMMIT
    ---
    c1: BEGIN
    c2: Error: change conflicts with another transaction (OC000) [40001]

A block is commands, `---`, their output, an empty line. A line without `name:>` is session c1's, and its output has no name;
`!` says the statement must fail, its absence that it must not. A statement may go on over indented lines. Rows print as
values with ` | ` between, NULL as `∅`. Session `as_x` is the role x's, whom the script has made.

A message of several statements prints what each answered. An id of a job prints as `<job>`; written in a statement it stands for
the last id the script has seen. Indented lines under `COPY … FROM STDIN` are its data.

With a comment `# fields: shown` at the top errors tell what they are about: schema, table, column, type, constraint, context.

A comment `# oracle: postgresql` at the top says that the outputs are a real PostgreSQL 16's: UPDATE_GOLDEN=1 then records
from there (tests/scripts/test_scripts.py); `# oracle: postgresql as admin`, from there as a role that is no superuser. Others state what a recording of a live cluster shows, and name it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from psycopg import pq

_PROMPT = re.compile(r"(?:(?P<session>\w+):)?> ?(?P<must_fail>!)?(?P<sql>.*)")
_JOB_ID = re.compile(r"[a-z2-7]{26}")
_TABLE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+|\"[^\"]+\")", re.IGNORECASE)


@dataclass
class Command:
    session: str | None
    must_fail: bool
    sql: str


@dataclass
class Block:
    lines: list[str]  # as written, comments included
    commands: list[Command] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)


@dataclass
class Script:
    path: Path
    blocks: list[Block]

    @property
    def is_shared(self) -> bool:
        """The expected output is PostgreSQL's."""
        return any(line.startswith("# oracle: postgresql") for block in self.blocks for line in block.lines)

    @property
    def is_admins(self) -> bool:
        """PostgreSQL is asked as a role like admin, whose privileges end somewhere, not as its superuser."""
        return any(
            line.startswith("# oracle: postgresql as admin") for block in self.blocks for line in block.lines
        )

    @property
    def shows_fields(self) -> bool:
        """Errors are shown with the names of what they are about."""
        return any(line.startswith("# fields: shown") for block in self.blocks for line in block.lines)

    @property
    def tables(self) -> list[str]:
        return [
            name
            for block in self.blocks
            for command in block.commands
            for name in _TABLE.findall(command.sql)
        ]


def read_script(path: Path) -> Script:
    blocks = []
    for text in re.split(r"\n{2,}", path.read_text().strip("\n")):
        source, _, output = text.partition("\n---")
        block = Block(
            source.split("\n"), expected=output.strip("\n").split("\n") if output.strip("\n") else []
        )
        for line in block.lines:
            found = _PROMPT.fullmatch(line)
            if found:
                block.commands.append(Command(found["session"], bool(found["must_fail"]), found["sql"]))
            elif line.startswith("  ") and block.commands:
                block.commands[-1].sql += "\n" + line
        blocks.append(block)
    return Script(path, blocks)


class Runner:
    """Runs a script's commands over libpq, a connection a session, by the simple protocol or the extended one."""

    def __init__(self, connect: Callable[[str | None], pq.PGconn], *, extended: bool = False) -> None:
        self._connect = connect
        self._extended = extended
        self._connections: dict[str, pq.PGconn] = {}
        self._shows_fields = False
        self._job = ""
        self._copied: list[str] = []

    def run(self, script: Script) -> list[list[str]]:
        """Return the output lines of each block."""
        self._shows_fields = script.shows_fields
        try:
            self._drop(script)
            outputs = [
                [line for command in block.commands for line in self._run(command)] for block in script.blocks
            ]
            self._drop(script)
        finally:
            for connection in self._connections.values():
                connection.finish()
            self._connections.clear()
        return outputs

    def _drop(self, script: Script) -> None:
        for connection in self._connections.values():
            connection.exec_(b"ROLLBACK")
        for table in reversed(script.tables):
            self._session("c1").exec_(f"DROP TABLE IF EXISTS {table}".encode())

    def _session(self, name: str) -> pq.PGconn:
        if name not in self._connections:
            self._connections[name] = self._connect(
                name.removeprefix("as_") if name.startswith("as_") else None
            )
        return self._connections[name]

    def _run(self, command: Command) -> list[str]:
        results = self._results(
            self._session(command.session or "c1"), command.sql.replace("<job>", self._job)
        )
        prefix = f"{command.session}: " if command.session else ""
        lines = []
        for result in results:
            failed = result.status == pq.ExecStatus.FATAL_ERROR
            if failed != command.must_fail and (failed or result is results[-1]):
                what = result.error_message.decode() if failed else "it succeeded"
                raise AssertionError(
                    f"{command.sql!r} was to {'fail' if command.must_fail else 'succeed'}: {what}"
                )
            lines += _error_lines(result) if failed else self._result_lines(result)
            if failed and self._shows_fields:
                lines += _field_lines(result)
        return [prefix + line for line in lines]

    def _results(self, connection: pq.PGconn, sql: str) -> list[pq.PGresult]:
        """Return what each statement of a message answered; of a COPY, its end."""
        sql, _, data = sql.partition("\n") if re.match("COPY .* FROM STDIN", sql) else (sql, "", "")
        if self._extended:
            connection.send_query_params(sql.encode(), None)
        else:
            connection.send_query(sql.encode())
        results = []
        while (result := connection.get_result()) is not None:
            if result.status == pq.ExecStatus.COPY_IN:
                connection.put_copy_data(
                    "".join(f"{line[2:]}\n" for line in data.split("\n") if line).encode()
                )
                connection.put_copy_end()
            elif result.status == pq.ExecStatus.COPY_OUT:
                self._copied = _copied_lines(connection)
            else:
                results.append(result)
        return results

    def _result_lines(self, result: pq.PGresult) -> list[str]:
        lines = self._copied
        self._copied = []
        if result.nfields:
            lines.append(" | ".join(result.fname(column).decode() for column in range(result.nfields)))
            for row in range(result.ntuples):
                values = [result.get_value(row, column) for column in range(result.nfields)]
                if values and (values[0] or b"").startswith(b"Query Identifier: "):
                    continue  # EXPLAIN (VERBOSE) on DSQL; PostgreSQL as it is set up has none
                lines.append(" | ".join("∅" if value is None else self._value(value) for value in values))
        lines.append((result.command_status or b"").decode())
        return lines

    def _value(self, value: bytes) -> str:
        text = value.decode()
        if not _JOB_ID.fullmatch(text):
            return text
        self._job = text
        return "<job>"


def _copied_lines(connection: pq.PGconn) -> list[str]:
    lines = []
    while (read := connection.get_copy_data(0))[0] > 0:
        lines.append(bytes(read[1]).decode().rstrip("\n"))
    return lines


def _error_lines(result: pq.PGresult) -> list[str]:
    fields = pq.DiagnosticField
    message = result.error_field(fields.MESSAGE_PRIMARY).decode()
    lines = [f"Error: {message} [{result.error_field(fields.SQLSTATE).decode()}]"]
    for name, diagnostic in (("Detail", fields.MESSAGE_DETAIL), ("Hint", fields.MESSAGE_HINT)):
        text = result.error_field(diagnostic)
        if text:
            lines.append(f"{name}: {text.decode()}")
    position = result.error_field(fields.STATEMENT_POSITION)
    if position:
        lines.append(f"Position: {position.decode()}")
    return lines


_NAMES = ("SCHEMA_NAME", "TABLE_NAME", "COLUMN_NAME", "DATATYPE_NAME", "CONSTRAINT_NAME", "CONTEXT")


def _field_lines(result: pq.PGresult) -> list[str]:
    found = {name: result.error_field(pq.DiagnosticField[name]) for name in _NAMES}
    shown = [f"{name.split('_')[0].lower()}={text.decode()}" for name, text in found.items() if text]
    return [f"Fields: {', '.join(shown)}"] if shown else []


def rewrite(script: Script, outputs: list[list[str]]) -> str:
    """Return the script's text with these outputs."""
    texts = []
    for block, output in zip(script.blocks, outputs, strict=True):
        text = "\n".join(block.lines)
        if block.commands:
            text += "\n---\n" + "\n".join(output)
        texts.append(text)
    return "\n\n".join(texts) + "\n"
