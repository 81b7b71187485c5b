"""SQL errors: one class per SQLSTATE this server raises.

    SqlError                      what a client may see: the fields of ErrorResponse
    ├─ SerializationFailure       40001  OC000 data conflict, OC001 schema conflict
    ├─ ProgramLimitExceeded       54000  the rows of limits.py
    ├─ FeatureNotSupported        0A000  what DSQL, or Borealis as yet, does not have
    └─ InternalError              XX000  a bug of ours: logged with its traceback

Texts are PostgreSQL's or DSQL's own and stand where they are raised, each in one place.
Source: PostgreSQL 16 appendix A; dsql-facts.md §3, §4.
"""

from __future__ import annotations

from typing import ClassVar, Self

_by_sqlstate: dict[str, type[SqlError]] = {}


class SqlError(Exception):
    """An error a client may see; the fields are those of ErrorResponse.

    position is a character offset into the statement's text, from 1.
    """

    sqlstate: ClassVar[str]

    def __init_subclass__(cls, *, sqlstate: str) -> None:
        if sqlstate in _by_sqlstate:
            raise TypeError(f"{sqlstate} is already {_by_sqlstate[sqlstate].__name__}")
        cls.sqlstate = sqlstate
        _by_sqlstate[sqlstate] = cls

    def __init__(
        self,
        message: str,
        *,
        detail: str | None = None,
        hint: str | None = None,
        position: int | None = None,
        where: str | None = None,
        schema: str | None = None,
        table: str | None = None,
        column: str | None = None,
        datatype: str | None = None,
        constraint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.hint = hint
        self.position = position
        self.where = where
        self.schema = schema
        self.table = table
        self.column = column
        self.datatype = datatype
        self.constraint = constraint

    def at(self, position: int | None) -> Self:
        """Return the error itself with a position, if it had none."""
        if self.position is None:
            self.position = position
        return self


def error_class(sqlstate: str) -> type[SqlError]:
    """Return the class raised for a SQLSTATE; KeyError if this server never raises it."""
    return _by_sqlstate[sqlstate]


def all_error_classes() -> tuple[type[SqlError], ...]:
    return tuple(_by_sqlstate.values())


class ConnectionFailure(SqlError, sqlstate="08006"):
    pass


class ProtocolViolation(SqlError, sqlstate="08P01"):
    pass


class FeatureNotSupported(SqlError, sqlstate="0A000"):
    pass


class InvalidGrantOperation(SqlError, sqlstate="0LP01"):
    pass


class CardinalityViolation(SqlError, sqlstate="21000"):
    pass


class DataException(SqlError, sqlstate="22000"):
    pass


class StringDataRightTruncation(SqlError, sqlstate="22001"):
    pass


class InvalidUseOfEscapeCharacter(SqlError, sqlstate="2200C"):
    pass


class NumericValueOutOfRange(SqlError, sqlstate="22003"):
    pass


class ZeroLengthCharacterString(SqlError, sqlstate="2200F"):
    pass


class SequenceGeneratorLimitExceeded(SqlError, sqlstate="2200H"):
    pass


class NullValueNotAllowed(SqlError, sqlstate="22004"):
    pass


class InvalidDatetimeFormat(SqlError, sqlstate="22007"):
    pass


class DatetimeFieldOverflow(SqlError, sqlstate="22008"):
    pass


class InvalidTimeZoneDisplacement(SqlError, sqlstate="22009"):
    pass


class SubstringError(SqlError, sqlstate="22011"):
    pass


class DivisionByZero(SqlError, sqlstate="22012"):
    pass


class InvalidPrecedingOrFollowingSize(SqlError, sqlstate="22013"):
    pass


class InvalidArgumentForNtile(SqlError, sqlstate="22014"):
    pass


class IntervalFieldOverflow(SqlError, sqlstate="22015"):
    pass


class InvalidArgumentForNthValue(SqlError, sqlstate="22016"):
    pass


class InvalidEscapeCharacter(SqlError, sqlstate="22019"):
    pass


class InvalidRegularExpression(SqlError, sqlstate="2201B"):
    pass


class InvalidArgumentForLogarithm(SqlError, sqlstate="2201E"):
    pass


class InvalidArgumentForPowerFunction(SqlError, sqlstate="2201F"):
    pass


class InvalidArgumentForWidthBucket(SqlError, sqlstate="2201G"):
    pass


class InvalidRowCountInLimit(SqlError, sqlstate="2201W"):
    pass


class InvalidRowCountInOffset(SqlError, sqlstate="2201X"):
    pass


class CharacterNotInRepertoire(SqlError, sqlstate="22021"):
    pass


class InvalidParameterValue(SqlError, sqlstate="22023"):
    pass


class InvalidEscapeSequence(SqlError, sqlstate="22025"):
    pass


class StringDataLengthMismatch(SqlError, sqlstate="22026"):
    pass


class ArraySubscriptError(SqlError, sqlstate="2202E"):
    pass


class DuplicateJsonObjectKey(SqlError, sqlstate="22030"):
    pass


class InvalidArgumentForSqlJsonDatetimeFunction(SqlError, sqlstate="22031"):
    pass


class InvalidJsonText(SqlError, sqlstate="22032"):
    pass


class InvalidSqlJsonSubscript(SqlError, sqlstate="22033"):
    pass


class NonNumericSqlJsonItem(SqlError, sqlstate="22036"):
    pass


class SingletonSqlJsonItemRequired(SqlError, sqlstate="22038"):
    pass


class SqlJsonArrayNotFound(SqlError, sqlstate="22039"):
    pass


class SqlJsonMemberNotFound(SqlError, sqlstate="2203A"):
    pass


class SqlJsonNumberNotFound(SqlError, sqlstate="2203B"):
    pass


class SqlJsonObjectNotFound(SqlError, sqlstate="2203C"):
    pass


class InvalidTextRepresentation(SqlError, sqlstate="22P02"):
    pass


class InvalidBinaryRepresentation(SqlError, sqlstate="22P03"):
    pass


class BadCopyFileFormat(SqlError, sqlstate="22P04"):
    pass


class UntranslatableCharacter(SqlError, sqlstate="22P05"):
    pass


class NotNullViolation(SqlError, sqlstate="23502"):
    pass


class ForeignKeyViolation(SqlError, sqlstate="23503"):
    pass


class UniqueViolation(SqlError, sqlstate="23505"):
    pass


class CheckViolation(SqlError, sqlstate="23514"):
    pass


class ActiveSqlTransaction(SqlError, sqlstate="25001"):
    pass


class ReadOnlySqlTransaction(SqlError, sqlstate="25006"):
    pass


class NoActiveSqlTransaction(SqlError, sqlstate="25P01"):
    pass


class InFailedSqlTransaction(SqlError, sqlstate="25P02"):
    pass


class InvalidSqlStatementName(SqlError, sqlstate="26000"):
    pass


class InvalidAuthorizationSpecification(SqlError, sqlstate="28000"):
    pass


class InvalidPassword(SqlError, sqlstate="28P01"):
    pass


class DependentObjectsStillExist(SqlError, sqlstate="2BP01"):
    pass


class InvalidCursorName(SqlError, sqlstate="34000"):
    pass


class InvalidCatalogName(SqlError, sqlstate="3D000"):
    pass


class InvalidSchemaName(SqlError, sqlstate="3F000"):
    pass


class SerializationFailure(SqlError, sqlstate="40001"):
    """Lost the race at commit; the client retries the whole transaction.

    The client sees the text alone. conflict, where known, is what a person would ask (table, key, modes, winner), for
    logs and metrics.
    """

    conflict: object | None = None

    @classmethod
    def data_conflict(cls, conflict: object | None = None) -> SerializationFailure:
        error = cls("change conflicts with another transaction (OC000)")  # live, dsql-facts.md §3.2
        error.conflict = conflict
        return error

    @classmethod
    def schema_conflict(cls) -> SerializationFailure:
        return cls("schema has been updated by another transaction (OC001)")  # live, dsql-facts.md §3.2


class InsufficientPrivilege(SqlError, sqlstate="42501"):
    pass


class SyntaxError_(SqlError, sqlstate="42601"):  # noqa: N801 - the builtin has the name
    pass


class InvalidName(SqlError, sqlstate="42602"):
    pass


class InvalidColumnDefinition(SqlError, sqlstate="42611"):
    pass


class NameTooLong(SqlError, sqlstate="42622"):
    pass


class DuplicateColumn(SqlError, sqlstate="42701"):
    pass


class AmbiguousColumn(SqlError, sqlstate="42702"):
    pass


class UndefinedColumn(SqlError, sqlstate="42703"):
    pass


class UndefinedObject(SqlError, sqlstate="42704"):
    pass


class DuplicateObject(SqlError, sqlstate="42710"):
    pass


class DuplicateAlias(SqlError, sqlstate="42712"):
    pass


class DuplicateFunction(SqlError, sqlstate="42723"):
    pass


class AmbiguousFunction(SqlError, sqlstate="42725"):
    pass


class GroupingError(SqlError, sqlstate="42803"):
    pass


class DatatypeMismatch(SqlError, sqlstate="42804"):
    pass


class WrongObjectType(SqlError, sqlstate="42809"):
    pass


class InvalidForeignKey(SqlError, sqlstate="42830"):
    pass


class CannotCoerce(SqlError, sqlstate="42846"):
    pass


class UndefinedFunction(SqlError, sqlstate="42883"):
    pass


class ReservedName(SqlError, sqlstate="42939"):
    pass


class UndefinedTable(SqlError, sqlstate="42P01"):
    pass


class UndefinedParameter(SqlError, sqlstate="42P02"):
    pass


class DuplicateCursor(SqlError, sqlstate="42P03"):
    pass


class DuplicatePreparedStatement(SqlError, sqlstate="42P05"):
    pass


class DuplicateSchema(SqlError, sqlstate="42P06"):
    pass


class InvalidSchemaDefinition(SqlError, sqlstate="42P15"):
    pass


class DuplicateTable(SqlError, sqlstate="42P07"):
    pass


class AmbiguousParameter(SqlError, sqlstate="42P08"):
    pass


class AmbiguousAlias(SqlError, sqlstate="42P09"):
    pass


class InvalidColumnReference(SqlError, sqlstate="42P10"):
    pass


class InvalidFunctionDefinition(SqlError, sqlstate="42P13"):
    pass


class InvalidTableDefinition(SqlError, sqlstate="42P16"):
    pass


class InvalidObjectDefinition(SqlError, sqlstate="42P17"):
    pass


class IndeterminateDatatype(SqlError, sqlstate="42P18"):
    pass


class InvalidRecursion(SqlError, sqlstate="42P19"):
    pass


class WindowingError(SqlError, sqlstate="42P20"):
    pass


class CollationMismatch(SqlError, sqlstate="42P21"):
    pass


class DiskFull(SqlError, sqlstate="53100"):
    pass


class OutOfMemory(SqlError, sqlstate="53200"):
    pass


class TooManyConnections(SqlError, sqlstate="53300"):
    pass


class ConfigurationLimitExceeded(SqlError, sqlstate="53400"):
    pass


class ProgramLimitExceeded(SqlError, sqlstate="54000"):
    pass


class StatementTooComplex(SqlError, sqlstate="54001"):
    pass


class TooManyColumns(SqlError, sqlstate="54011"):
    pass


class TooManyArguments(SqlError, sqlstate="54023"):
    pass


class GeneratedAlways(SqlError, sqlstate="428C9"):
    pass


class ObjectNotInPrerequisiteState(SqlError, sqlstate="55000"):
    pass


class ObjectInUse(SqlError, sqlstate="55006"):
    pass


class QueryCanceled(SqlError, sqlstate="57014"):
    pass


class AdminShutdown(SqlError, sqlstate="57P01"):
    pass


class CrashShutdown(SqlError, sqlstate="57P02"):
    pass


class CannotConnectNow(SqlError, sqlstate="57P03"):
    pass


class IoError(SqlError, sqlstate="58030"):
    pass


class InternalError(SqlError, sqlstate="XX000"):
    pass


class DataCorrupted(SqlError, sqlstate="XX001"):
    pass
