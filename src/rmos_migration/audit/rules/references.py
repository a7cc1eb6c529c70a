"""References: those the database enforces, and those inside JSON, which it cannot."""

from collections.abc import Iterator
from functools import lru_cache

from ...diagnostics import Severity, shown
from ...entities import Entity
from ...store import checks, records
from ..rule import DatabaseCheck, Family, Flaws, Row, RowCheck, RowTest, Rule, Subject, Violation

_REMEMBERED = 10_000


def _broken(subject: Subject) -> Iterator[Violation]:
    for table, record, column, target in checks.broken_references(subject.connection):
        yield Violation(f"{column} {shown(target)} leads nowhere", table, record, column)


def _ring_families(entity: Entity, subject: Subject) -> RowTest | None:
    if not entity.mentions:
        return None

    mentioned = [(rule, rule.mentioned) for rule in entity.references if rule.mentioned is not None]

    @lru_cache(maxsize=_REMEMBERED)
    def is_there(parent: str, record_id: str) -> bool:
        return records.has_row(subject.connection, parent, record_id)

    def find(row: Row) -> Flaws:
        flaws = []
        for rule, (field, read) in mentioned:
            parts = row[field]
            named = read(parts) if parts else ()
            for one in dict.fromkeys(str(name) for name in named if type(name) in (str, int) and name != ""):
                if one != row[rule.name] and not is_there(rule.reference or "", one):
                    place = (rule.reference or "").replace("_", " ")
                    flaws.append(
                        (f"{field}_json", f"a ring names {shown(one)}, which is not among the {place}")
                    )
        return flaws

    return find


FAMILY = Family(
    "references",
    "foreign keys",
    (
        Rule(
            "reference-broken",
            Severity.ERROR,
            "Every reference leads to a row",
            "A row refers to one that is not there. The database enforces references only for programs that ask it to.",
            "run rmos migrate: it brings a record back whose file is there; else delete the row that refers to it, and run rmos migrate"
            " again: it makes the row anew, and the reference waits; a row of the books that names a source or a run which is not"
            " there is to be deleted with the sqlite3 tool (in migration_ledger and migration_rejects), and rmos migrate books its"
            " document anew; a diagnostic of such a run is just deleted",
            DatabaseCheck(_broken),
        ),
        Rule(
            "ring-family-missing",
            Severity.WARNING,
            "The strip families that rings name are there",
            "Older programs let each ring name its family. Such names stand inside the geometry, and nothing enforces them.",
            "add the strip family's file, if the workshop still has it, and migrate again",
            RowCheck(_ring_families),
        ),
    ),
)
