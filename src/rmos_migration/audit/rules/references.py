"""References: those the database enforces, and those inside JSON, which it cannot enforce."""

from collections.abc import Iterator
from functools import lru_cache

from ...diagnostics import Severity, shown
from ...entities import Entity
from ...store import checks, records
from ..rule import DatabaseCheck, Family, Row, RowCheck, RowTest, RowViolations, Rule, Subject, Violation

_REMEMBERED = 10_000


def _broken(subject: Subject) -> Iterator[Violation]:
    for table, record, column, target in checks.broken_references(subject.snapshot):
        yield Violation(f"{column} {shown(target)} leads nowhere", table, record, column)


def _ring_families(entity: Entity, subject: Subject) -> RowTest | None:
    if not entity.embedded_references:
        return None

    embedded = [(rule, rule.embedded) for rule in entity.references if rule.embedded is not None]

    @lru_cache(maxsize=_REMEMBERED)
    def is_there(parent: str, record_id: str) -> bool:
        return records.has_row(subject.snapshot, parent, record_id)

    def find(row: Row) -> RowViolations:
        found = []
        for rule, (field, read) in embedded:
            parts = row[field]
            named = read(parts) if parts else ()
            for one in dict.fromkeys(str(name) for name in named if type(name) in (str, int) and name != ""):
                if one != row[rule.name] and not is_there(rule.reference or "", one):
                    place = (rule.reference or "").replace("_", " ")
                    found.append(
                        (f"{field}_json", f"a ring names {shown(one)}, which is not among the {place}")
                    )
        return found

    return find


FAMILY = Family(
    "references",
    "foreign keys",
    (
        Rule(
            "reference-broken",
            Severity.ERROR,
            "Every reference leads to a row",
            "A row refers to one that does not exist. SQLite enforces references only for programs that ask"
            " for it.",
            "run rmos migrate: it restores a record whose file exists; otherwise delete the row that refers"
            " to it and run rmos migrate again: it creates the row again, and the reference waits; if a row"
            " of migration_ledger or migration_rejects names a source or run that does not exist, delete it"
            " with the sqlite3 tool, and rmos migrate records its document again; a diagnostic of such a run"
            " can simply be deleted",
            DatabaseCheck(_broken),
        ),
        Rule(
            "ring-family-missing",
            Severity.WARNING,
            "The strip families that rings name exist",
            "Older programs let each ring name its family. Such names are inside the geometry, where nothing"
            " enforces them.",
            "add the strip family's file if the workshop still has it, and migrate again",
            RowCheck(_ring_families),
        ),
    ),
)
