"""Column types that check what they read: the one place where a stored value's kind is checked.

A STRICT table cannot hold a wrong kind of value; one that was changed outside this program, or damaged, can.
Then the reader gets a ``CorruptRow`` that names the column, instead of a value that it would stumble over
later, like over a fault of its own.
"""

import codecs
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError
from sqlalchemy import REAL, BigInteger, Double, Integer, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from ..entities.stored import corrupt_value, stored_object

_Reading = Callable[[Any], Any]


class _Checked(TypeEngine[Any]):
    """Mixed into a type: reads only values of these Python types, None where the column may be NULL."""

    reads: tuple[type, ...]
    words: str

    def __init__(
        self, column: str = "", required: bool = False
    ) -> None:  # by place: SQLAlchemy copies types so
        super().__init__()
        self.column = column
        self.required = required

    def result_processor(self, dialect: Dialect, coltype: object) -> _Reading:  # noqa: ARG002
        reads = frozenset(self.reads if self.required else (*self.reads, type(None)))

        def read(value: Any) -> Any:
            if value.__class__ in reads:
                return value
            raise corrupt_value(self.column, value, self.words)

        return read


class CheckedText(_Checked, Text):
    """Text."""

    reads, words = (str,), "text"


class CheckedWord(CheckedText):
    """One of some words."""

    def __init__(self, column: str = "", required: bool = False, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(column, required)
        self.allowed = allowed

    def result_processor(self, dialect: Dialect, coltype: object) -> _Reading:
        """Return what looks at a value."""
        read = super().result_processor(dialect, coltype)
        allowed = frozenset(self.allowed)

        def read_word(value: Any) -> Any:
            if read(value) is not None and value not in allowed:
                raise corrupt_value(self.column, value, f"one of {', '.join(self.allowed)}")
            return value

        return read_word


class CheckedInteger(_Checked, Integer):
    """A whole number."""

    reads, words = (int,), "a whole number"


class CheckedBytes(_Checked, LargeBinary):
    """Bytes."""

    reads, words = (bytes,), "bytes"


class CheckedReal(_Checked, REAL[Any]):
    """A number that is neither infinite nor none."""

    reads, words = (float, int), "a number"

    def result_processor(self, dialect: Dialect, coltype: object) -> _Reading:
        """Return what looks at a value."""
        read = super().result_processor(dialect, coltype)

        def read_finite(value: Any) -> Any:
            if read(value) is not None and value - value != 0:  # infinity, NaN
                raise corrupt_value(self.column, value, "a finite number")
            return value

        return read_finite


def checked_type(
    column: str, kind: TypeEngine[Any], *, required: bool, allowed: tuple[str, ...] = ()
) -> TypeEngine[Any]:
    """Return the type of a column (``table.column``) that is stored as ``kind`` and checked when read.

    ``allowed`` are the words that a column of text may hold, where they are known.
    """
    ours: type[_Checked]
    if allowed:
        return CheckedWord(column, required, allowed)
    if isinstance(kind, Text):
        return CheckedText(column=column, required=required)
    if isinstance(kind, LargeBinary):
        return CheckedBytes(column=column, required=required)
    ours = CheckedReal if isinstance(kind, Double) else CheckedInteger
    if isinstance(kind, BigInteger | Double):
        return kind.with_variant(ours(column=column, required=required), "sqlite")
    return ours(column=column, required=required)


def run_encoding(column: str, text: str) -> str | None:
    """Return the encoding that a run's options name.

    Raises:
        CorruptRow: if they are not options.
    """
    encoding = stored_object(column, text).get("encoding")
    if encoding is None or _is_encoding(encoding):
        return encoding
    raise corrupt_value(column, text, "the options of a run, with an encoding that is one")


def _is_encoding(name: object) -> bool:
    try:
        return isinstance(name, str) and bool(getattr(codecs.lookup(name), "_is_text_encoding", True))
    except (LookupError, ValueError):
        return False


class _FileCountsColumn(BaseModel):
    model_config = ConfigDict(strict=True)

    found: NonNegativeInt = 0
    read: NonNegativeInt = 0
    unread: NonNegativeInt = 0
    not_looked_at: NonNegativeInt = 0
    ignored: dict[str, NonNegativeInt] = {}
    ignored_paths: dict[str, list[str]] = {}


class _RunCountsColumn(BaseModel):
    model_config = ConfigDict(strict=True)

    entities: dict[str, dict[str, NonNegativeInt]] = {}
    totals: dict[str, NonNegativeInt] = {}
    files: _FileCountsColumn = _FileCountsColumn()
    generations: dict[str, NonNegativeInt] = {}
    diagnostics: dict[str, NonNegativeInt] = {}
    codes: dict[str, NonNegativeInt] = {}
    overridden: NonNegativeInt = 0
    balanced: bool = True


def run_counts(column: str, text: str | None) -> dict[str, Any]:
    """Return a run's counts, in the form of ``migrate.outcome``; empty before the first batch.

    Raises:
        CorruptRow: if it cannot be the counts of a run.
    """
    if text is None:
        return {}
    value = stored_object(column, text)
    try:
        _RunCountsColumn.model_validate(value)
    except ValidationError as error:
        place = ".".join(str(step) for step in error.errors()[0]["loc"])
        raise corrupt_value(f"{column} ({place})", text, "what a run counted") from None
    return value
