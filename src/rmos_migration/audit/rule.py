"""What a rule of the audit is: a code, what must hold, how much it matters, and the check that looks.

A check finds flaws; it never raises for what it finds. There are three kinds: one for the whole database, usually a
query over a table; one called for each row of an entity; and one for values that the record's model refuses.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ..diagnostics import Severity, printable
from ..entities import Entity
from ..store import structure
from ..store.port import DatabasePort
from ..store.structure import Structure


class Violation(NamedTuple):
    """Something a check found: a sentence, and where it stands; what is empty does not apply."""

    message: str
    table: str = ""
    record: str = ""
    column: str = ""


class Finding(NamedTuple):
    """A flaw with the rule that found it."""

    code: str
    severity: Severity
    message: str
    table: str
    record: str
    column: str
    hint: str

    @property
    def place(self) -> str:
        """Where it is, in words: table, record and column."""
        return printable(" ".join(part for part in (self.table, self.record, self.column) if part))

    @property
    def fingerprint(self) -> str:
        """The finding's name in a baseline: the same rule at the same place is the same finding, whatever it says."""
        known = "\0".join((self.code, self.table, self.record, self.column))
        return sha256(known.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def as_json(self) -> dict[str, str]:
        """The finding as a JSON object."""
        return {**self._asdict(), "severity": self.severity.value, "fingerprint": self.fingerprint}


@dataclass
class Subject:
    """The database that is looked at: an open read transaction, the time, and whether a run was writing before."""

    database: DatabasePort
    connection: Connection
    now: str
    was_locked: bool | None

    @cached_property
    def structure(self) -> Structure:
        """The tables and indexes that are there."""
        return structure.found(self.connection)


Row = dict[str, Any]
"""A row's values by field name, JSON columns parsed; None where a value is none or was refused.

Checks that read the same thing out of a row may keep it there, under a name that no field has."""

REFUSED = "refused"
"""Under this name a row keeps the fields whose values were refused: None now, although something was there."""

Flaws = Iterable[tuple[str, str]]
"""What is wrong in a row: column and sentence."""

RowTest = Callable[[Row], Flaws]


class ModelRefusal(Enum):
    """Why a value of a row does not fit the record's model."""

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
    """A check of the database as a whole; it needs the tables it reads to be there."""

    find: Callable[[Subject], Iterable[Violation]]
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowCheck:
    """A check of single rows: ``for_entity`` gives the function that looks at one, or None for other entities."""

    for_entity: Callable[[Entity, Subject], RowTest | None]


@dataclass(frozen=True)
class ModelCheck:
    """A check that the record's model makes: values refused for one of these reasons."""

    reasons: frozenset[ModelRefusal]


def refused(*reasons: ModelRefusal) -> ModelCheck:
    """The check for values that the model refuses for these reasons."""
    return ModelCheck(frozenset(reasons))


@dataclass(frozen=True)
class Rule:
    """One thing that must hold. ``title`` says what does, ``explanation`` why it matters, ``hint`` what to do."""

    code: str
    severity: Severity
    title: str
    explanation: str
    hint: str
    check: DatabaseCheck | RowCheck | ModelCheck = field(repr=False)

    def finding(self, flaw: Violation) -> Finding:
        """A flaw as this rule's finding."""
        message, table, record, column = map(_as_text, flaw)
        return Finding(self.code, self.severity, message, table, record, column, self.hint)


def _as_text(value: object) -> str:
    """What a damaged database holds where text should be, as text that can be written anywhere."""
    raw = value if isinstance(value, bytes) else str(value).encode("utf-8", "backslashreplace")
    return raw.decode("utf-8", "backslashreplace")


class Family(NamedTuple):
    """Rules that belong together: a name to choose them by, what they are about, and the rules."""

    name: str
    title: str
    rules: tuple[Rule, ...]
