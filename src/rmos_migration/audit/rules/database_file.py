"""The database file itself: pages, mark, wasted space."""

from collections.abc import Iterator

from ...diagnostics import Severity
from ...store import schema, structure
from ...store.dialect import DIALECT
from ..rule import DatabaseCheck, Family, Rule, Subject, Violation

FREE_SHARE = 0.25
FREE_BYTES = 1_000_000
"""Free pages are reported from a quarter of the file and a megabyte on."""


def _damage(subject: Subject) -> Iterator[Violation]:
    for line in DIALECT.damage(subject.snapshot.connection):
        yield Violation(line, record=line)


def _mark(subject: Subject) -> Iterator[Violation]:
    mark = structure.application_id(subject.snapshot.connection)
    if mark != schema.APPLICATION_ID:
        yield Violation(f"application_id is {mark:#x}, where {schema.APPLICATION_ID:#x} (RMOS) should be")


def _free_pages(subject: Subject) -> Iterator[Violation]:
    size, count, free = structure.pages(subject.snapshot.connection)
    if free > count * FREE_SHARE and free * size > FREE_BYTES:
        yield Violation(f"{free:,} of {count:,} pages are free ({free * size / 1e6:.1f} MB)")


FAMILY = Family(
    "file",
    "database file",
    (
        Rule(
            "file-damaged",
            Severity.ERROR,
            "The file's pages and indexes are intact",
            "SQLite reads every page and every index entry. If some are damaged, their content may be lost.",
            "restore the database from a backup, or create it again: rmos migrate into another file",
            DatabaseCheck(_damage),
        ),
        Rule(
            "file-unmarked",
            Severity.ERROR,
            "The file is marked as this program's",
            "The header of every database this program creates says RMOS, so that no other file is mistaken"
            " for one.",
            "rmos audit --repair sets it again",
            DatabaseCheck(_mark),
        ),
        Rule(
            "file-free-pages",
            Severity.WARNING,
            "Not much of the file is empty",
            "Deleted rows leave empty pages behind. They do no harm, but the file is larger than necessary.",
            "copy it without them: sqlite3 rmos.db \"VACUUM INTO 'compact.db'\"",
            DatabaseCheck(_free_pages),
        ),
    ),
)
