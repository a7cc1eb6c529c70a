"""What a rule of the audit is: a code, what must hold, how much it matters, and the check.

A check yields violations; it never raises because of the data. There are three kinds: a check of the whole
database, usually a query over a table; a check called for each row of an entity; and a check for values that
the record's model does not accept.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from enum import Enum
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import ConfigDict, WithJsonSchema

from ..diagnostics import Severity, printable
from ..entities import Entity
from ..store import structure
from ..store.port import DatabasePort
from ..store.snapshot import Snapshot
from ..store.structure import Structure


class Violation(NamedTuple):
    """What a check found: a sentence, and where; an empty part does not apply."""

    message: str
    table: str = ""
    record: str = ""
    column: str = ""


_SEVERITIES = {"enum": [severity.value for severity in Severity], "title": "Severity", "type": "string"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an audit found."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")  # reports publish its schema

    code: str
    severity: Annotated[Severity, WithJsonSchema(_SEVERITIES)]
    message: str
    table: str
    record: str
    column: str
    hint: str

    @property
    def place(self) -> str:
        """Table, record and column, as far as there are any."""
        return printable(" ".join(part for part in (self.table, self.record, self.column) if part))

    @property
    def fingerprint(self) -> str:
        """Its name in a baseline: the same rule at the same place is the same finding."""
        known = "\0".join((self.code, self.table, self.record, self.column))
        return sha256(known.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def as_json(self) -> dict[str, str]:
        """Return the finding as a JSON object."""
        return {**asdict(self), "severity": self.severity.value, "fingerprint": self.fingerprint}


@dataclass
class Subject:
    """The audited database in a read transaction, and the time."""

    database: DatabasePort
    snapshot: Snapshot
    now: str

    @cached_property
    def structure(self) -> Structure:
        """The tables and indexes that exist."""
        return structure.found(self.snapshot.connection)


Row = dict[str, Any]
"""A row's values by field name, JSON columns parsed; None where a value is NULL or invalid.

Checks that derive the same thing from a row may cache it there, under a name that no field has."""

INVALID = "invalid"
"""The key under which a row keeps the names of its invalid fields, whose values are None for that reason."""

RowViolations = Iterable[tuple[str, str]]
"""What is wrong in a row: column and sentence."""

RowTest = Callable[[Row], RowViolations]


class InvalidReason(Enum):
    """Why the record's model does not accept a value of a row."""

    MISSING = "missing"
    TYPE = "type"
    RANGE = "range"
    WORD = "word"
    BLANK = "blank"
    ID = "id"
    UNICODE = "unicode"
    JSON_TEXT = "json text"
    JSON_NUMBER = "json number"
    JSON_KIND = "json kind"


@dataclass(frozen=True)
class DatabaseCheck:
    """A check of the database as a whole; it needs the tables that it ``reads`` to exist."""

    find: Callable[[Subject], Iterable[Violation]]
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowCheck:
    """A check of single rows: ``for_entity`` returns the test of an entity's rows, if there is one."""

    for_entity: Callable[[Entity, Subject], RowTest | None]


def check_of(entity: Entity, test: RowTest) -> RowCheck:
    """Return the check that one test makes of every row of one entity."""
    return RowCheck(lambda one, _: test if one is entity else None)


@dataclass(frozen=True)
class ModelCheck:
    """A check that the record's model makes: values that are invalid for one of these reasons."""

    reasons: frozenset[InvalidReason]


def invalid(*reasons: InvalidReason) -> ModelCheck:
    """Return the check for values that are invalid for one of these reasons."""
    return ModelCheck(frozenset(reasons))


@dataclass(frozen=True)
class Rule:
    """One thing that must hold. ``title`` says what, ``explanation`` why it matters, ``hint`` what to do."""

    code: str
    severity: Severity
    title: str
    explanation: str
    hint: str
    check: DatabaseCheck | RowCheck | ModelCheck = field(repr=False)

    def finding(self, violation: Violation) -> Finding:
        """Return a violation as a finding of this rule."""
        message, table, record, column = map(_as_text, violation)
        return Finding(self.code, self.severity, message, table, record, column, self.hint)


def _as_text(value: object) -> str:
    """Return what a corrupt database holds where text belongs, as text that can be written anywhere."""
    raw = value if isinstance(value, bytes) else str(value).encode("utf-8", "backslashreplace")
    return raw.decode("utf-8", "backslashreplace")


class Family(NamedTuple):
    """Rules that belong together: a name to select them by, their subject, and the rules."""

    name: str
    title: str
    rules: tuple[Rule, ...]
