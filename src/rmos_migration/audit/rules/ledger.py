"""The ledger and the rejects: every row has an entry, every entry its row, and what they say can be read."""

from collections.abc import Iterator

from ...diagnostics import Severity, shown
from ...entities import BY_NAME, ENTITIES
from ...generations.normalized import names_columns
from ...sources.source_files import Presence
from ...store import checks, records
from ...store.model import LocatedEntry
from ...store.tables import metadata
from ..rule import DatabaseCheck, Family, Rule, Subject, Violation
from .runs import RUN_RULES

_MIGRATION_TABLES = tuple(table.name for table in metadata.sorted_tables if table.name not in BY_NAME)

_LEDGER_TABLES = (*(entity.name for entity in ENTITIES), "migration_ledger", "migration_sources")


def _rows_without_entry(subject: Subject) -> Iterator[Violation]:
    for entity in ENTITIES:
        for record_id in checks.rows_without_entry(subject.snapshot, entity):
            yield Violation("no document is on record for this row", entity.name, str(record_id))


def _entries_without_row(subject: Subject) -> Iterator[Violation]:
    for entity in ENTITIES:
        records = entity.name.replace("_", " ")
        for place in checks.entries_without_row(subject.snapshot, entity):
            yield _at(place, f"the document's record {shown(place.record_id)} is not among the {records}")
    for place in checks.entries_of_no_entity(subject.snapshot):
        yield _at(
            place,
            f"the ledger calls the document one of {shown(place.entity)}, which is not a kind of record",
        )


def _several_origins(subject: Subject) -> Iterator[Violation]:
    for entity in ENTITIES:
        for record_id in checks.several_origins(subject.snapshot, entity):
            yield Violation(
                "the ledger names several contents that the row was made from", entity.name, str(record_id)
            )


def _derived(subject: Subject) -> Iterator[Violation]:
    for entity, derived in checks.derived_lists(subject.snapshot):
        if entity not in BY_NAME or not names_columns(BY_NAME[entity], derived):
            for place in checks.entries_with_derived(subject.snapshot, entity, derived):
                yield _at(place, f"derived is {shown(derived)}, which is not a list of columns")


def _rejects(subject: Subject) -> Iterator[Violation]:
    for place in checks.rejects_without_bytes(subject.snapshot):
        yield _at(place, "the document was rejected, but its bytes were not kept")
    for place in checks.bytes_without_reject(subject.snapshot):
        yield _at(place, "the document's bytes were kept, but the ledger does not call it rejected")


def _waiting(subject: Subject) -> Iterator[Violation]:
    for entity, record_id, field, target in records.pending_in_vain(subject.snapshot):
        yield Violation(
            f"{field} waits for {shown(target)}, although it should not", entity, record_id, field
        )


def _breaches(subject: Subject) -> Iterator[Violation]:
    for table, record, column, value in checks.breaches_of_books(subject.snapshot):
        yield Violation(f"{column} is {shown(value)}, which the table does not allow", table, record, column)


def _kept_out(subject: Subject) -> Iterator[Violation]:
    presence = Presence()
    for place in checks.not_loaded(subject.snapshot):
        if not presence.is_gone(place.location, place.path):
            yield _at(place, f"the document is not loaded: {place.code}")


def _at(place: LocatedEntry, message: str) -> Violation:
    where = " ".join(part for part in (place.path, place.pointer) if part)
    return Violation(message, "migration_ledger", where)


FAMILY = Family(
    "ledger",
    "ledger and runs",
    (
        Rule(
            "row-without-ledger",
            Severity.ERROR,
            "Every row is in the ledger",
            "The ledger records what each row was made from. A row that it does not know came from somewhere"
            " else.",
            "run rmos migrate --rehash: it adds the entry if the row's document is in the legacy folder;"
            " otherwise find out who wrote the row, then save it in the dashboard or delete it",
            DatabaseCheck(_rows_without_entry, _LEDGER_TABLES),
        ),
        Rule(
            "ledger-without-row",
            Severity.ERROR,
            "Every document that arrived has its row",
            "The ledger says that a document arrived, but its row is gone.",
            "run rmos migrate --rehash: it creates such rows again; if the document is gone too, restore a"
            " backup, or let rmos audit --repair forget it; if the whole legacy folder is gone for good,"
            " delete its rows of migration_ledger with the sqlite3 tool",
            DatabaseCheck(_entries_without_row, _LEDGER_TABLES),
        ),
        Rule(
            "ledger-ambiguous",
            Severity.ERROR,
            "The ledger says one thing of each row's content",
            "A row cannot come from two documents with different content, and which one it came from is not"
            " recorded.",
            "run rmos verify to see which document the row holds; then delete the row and run rmos migrate"
            " --rehash: it creates the row again from one document, and the others are in conflict with it",
            DatabaseCheck(_several_origins, _LEDGER_TABLES),
        ),
        Rule(
            "book-value",
            Severity.ERROR,
            "The migration's own tables hold only what they allow",
            "A row of these tables holds a value that its table does not allow, so nothing is written to the"
            " database.",
            "correct it with the sqlite3 tool: set a run's status to 'failed', its options_json to '{}', its"
            " counts_json to NULL with the status 'failed', a diagnostic's severity to 'warning'; delete"
            " such a row of migration_ledger, and the next rmos migrate creates it again; for anything else"
            " restore a backup",
            DatabaseCheck(_breaches, _MIGRATION_TABLES),
        ),
        Rule(
            "ledger-derived",
            Severity.ERROR,
            "The ledger's derived columns can be read",
            "They say which values of a row were not under their own keys. Without them the document cannot"
            " be rebuilt.",
            "run rmos migrate --rehash: it writes them again",
            DatabaseCheck(_derived, ("migration_ledger", "migration_sources")),
        ),
        Rule(
            "reject-books-differ",
            Severity.ERROR,
            "The ledger and the kept rejects agree",
            "The original bytes of every rejected document are kept, and of no other document.",
            "run rmos migrate --rehash: it writes both again; if the file is gone, delete what is left of it"
            " in migration_rejects and migration_ledger",
            DatabaseCheck(_rejects, (*_LEDGER_TABLES, "migration_rejects")),
        ),
        Rule(
            "reference-waits",
            Severity.ERROR,
            "References wait only for records that are missing",
            "A detached reference waits until its record arrives. If it waits although the record exists, or"
            " if its own record is gone, something other than this program changed the database.",
            "run rmos migrate again: it attaches such a reference, or forgets it if its own record is gone",
            DatabaseCheck(_waiting, (*_LEDGER_TABLES, "migration_pending_references")),
        ),
        *RUN_RULES,
        Rule(
            "document-kept-out",
            Severity.WARNING,
            "Every document is loaded",
            "These documents were found but are not in the database: they were rejected, or their id was"
            " taken. Documents whose file has since been removed from the folder do not count.",
            "see rmos rejects; correct the files and run rmos migrate again",
            DatabaseCheck(_kept_out, _LEDGER_TABLES),
        ),
    ),
)
