"""The books: every row is accounted for, every account has its row, and the runs add up."""

from collections.abc import Iterator
from typing import Any

from ...diagnostics import Severity, shown
from ...entities import BY_NAME, ENTITIES
from ...entities.stored import corrupt_value, stored_object
from ...errors import CorruptRow
from ...generations.normalized import names_columns
from ...generations.times import is_instant
from ...sources.source_files import Presence
from ...store import checks, records
from ...store.checks import EntryPlace
from ...store.tables import metadata
from ..rule import DatabaseCheck, Family, Rule, Subject, Violation

_EVERY_BOOK = tuple(table.name for table in metadata.sorted_tables if table.name not in BY_NAME)

_WITHOUT_END = ("running", "interrupted")
"""How a run may stand in its row that lost its process, and so could not write when it ended."""

_ENDS = ("migrated", "unchanged", "conflicts", "rejected")
"""What becomes of documents."""

_BOOKS = (*(entity.name for entity in ENTITIES), "migration_ledger", "migration_sources")


def _rows_without_entry(subject: Subject) -> Iterator[Violation]:
    for entity in ENTITIES:
        for record_id in checks.rows_without_entry(subject.connection, entity):
            yield Violation("no document is on record for this row", entity.name, str(record_id))


def _entries_without_row(subject: Subject) -> Iterator[Violation]:
    for entity in ENTITIES:
        for place in checks.entries_without_row(subject.connection, entity):
            yield _at(
                place,
                f"the document's record {shown(place.record_id)} is not among the {_words(place.entity)}",
            )
    for place in checks.entries_of_no_entity(subject.connection):
        yield _at(place, f"the document is booked as {shown(place.entity)}, which is no kind of record")


def _several_origins(subject: Subject) -> Iterator[Violation]:
    for entity in ENTITIES:
        for record_id in checks.several_origins(subject.connection, entity):
            yield Violation(
                "the ledger names several contents that the row was made from", entity.name, str(record_id)
            )


def _derived(subject: Subject) -> Iterator[Violation]:
    for entity, derived in checks.derived_lists(subject.connection):
        if entity not in BY_NAME or not names_columns(BY_NAME[entity], derived):
            for place in checks.entries_with_derived(subject.connection, entity, derived):
                yield _at(place, f"derived is {shown(derived)}, which is no list of columns")


def _rejects(subject: Subject) -> Iterator[Violation]:
    for place in checks.rejects_without_bytes(subject.connection):
        yield _at(place, "the document was rejected, but its bytes were not kept")
    for place in checks.bytes_without_reject(subject.connection):
        yield _at(place, "the document's bytes were kept, but the ledger does not call it rejected")


def _waiting(subject: Subject) -> Iterator[Violation]:
    for entity, record_id, field, target in records.pending_in_vain(subject.connection):
        yield Violation(
            f"{field} waits for {shown(target)}, although it should not", entity, record_id, field
        )


def _unbalanced(subject: Subject) -> Iterator[Violation]:
    for run_id, status, text in checks.counts_of_runs(subject.connection):
        if status in ("completed", "completed_with_rejects"):
            for message in _imbalances(text):
                yield Violation(message, "migration_runs", str(run_id), "counts_json")


def _imbalances(text: str | None) -> Iterator[str]:
    """Where a run's counts are no counts, or do not add up: found = migrated + unchanged + conflicts + rejected."""
    try:
        entities, totals = _tallies(text)
    except CorruptRow:
        yield "the counts of the run cannot be read"
        return
    tallies = [*entities.items(), ("total", totals)]
    odd = [
        f"{_words(name)}: {outcome} is {shown(number)}, which is no number of documents"
        for name, tally in tallies
        for outcome, number in tally.items()
        if type(number) is not int or number < 0
    ]
    yield from odd
    if odd:
        return
    for name, tally in tallies:
        ended = sum(tally[outcome] for outcome in _ENDS)
        if tally["found"] != ended:
            yield f"{_words(name)}: {tally['found']:,} were found, {ended:,} ended somewhere"
    for outcome, total in totals.items():
        if total != sum(tally.get(outcome, 0) for tally in entities.values()):
            yield f"{outcome}: the total is not the sum of the kinds of records"


def _tallies(text: str | None) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Return how many documents of each kind, and of all, ended how, as a run has counted them.

    Raises:
        CorruptRow: if the counts are not there, or are others.
    """
    counts = stored_object("migration_runs.counts_json", text)
    entities: Any = counts.get("entities")
    totals: Any = counts.get("totals")
    if not isinstance(entities, dict) or not all(map(_is_tally, (*entities.values(), totals))):
        raise corrupt_value("migration_runs.counts_json", text, "what a run counted")
    return entities, totals


def _is_tally(counted: object) -> bool:
    return isinstance(counted, dict) and counted.keys() >= {"found", *_ENDS}


def _times(subject: Subject) -> Iterator[Violation]:
    for run_id, status, started, finished, duration in checks.times_of_runs(subject.connection):
        for column, message in _oddities(status, started, finished, duration):
            yield Violation(message, "migration_runs", str(run_id), column)


def _oddities(
    status: str, started: str, finished: str | None, duration: float | None
) -> Iterator[tuple[str, str]]:
    """What is odd in a run's times: column and sentence."""
    for column, value in (("started_at", started), ("finished_at", finished)):
        if value is not None and not is_instant(value):
            yield column, f"{column} {shown(value)} is not in the form YYYY-MM-DDTHH:MM:SS.ffffffZ"
    if finished is None and status not in _WITHOUT_END:
        yield "finished_at", f"the run is {_words(status)}, but has no end"
    if finished is not None and finished < started and is_instant(finished) and is_instant(started):
        yield "finished_at", f"the run ended {finished}, before it began ({started})"
    if duration is not None and duration < 0:
        yield "duration_seconds", f"the run took {duration:g} s"


def _breaches(subject: Subject) -> Iterator[Violation]:
    for table, record, column, value in checks.breaches_of_books(subject.connection):
        yield Violation(f"{column} is {shown(value)}, which the table does not allow", table, record, column)


def _running(subject: Subject) -> Iterator[Violation]:
    for run_id, status, _ in checks.counts_of_runs(subject.connection):
        if status == "running" and subject.was_locked is False and subject.database.is_running() is False:
            yield Violation("the run was cut off", "migration_runs", str(run_id), "status")


def _kept_out(subject: Subject) -> Iterator[Violation]:
    presence = Presence()
    for place in checks.not_loaded(subject.connection):
        if not presence.is_gone(place.location, place.path):
            yield _at(place, f"the document is not loaded: {place.code}")


def _at(place: EntryPlace, message: str) -> Violation:
    where = " ".join(part for part in (place.path, place.pointer) if part)
    return Violation(message, "migration_ledger", where)


def _words(name: str) -> str:
    return name.replace("_", " ")


FAMILY = Family(
    "ledger",
    "ledger and runs",
    (
        Rule(
            "row-without-ledger",
            Severity.ERROR,
            "Every row is in the ledger",
            "The ledger says what each row was made from. A row that it does not know came from somewhere else.",
            "run rmos migrate --rehash: it books the row if its document is in the legacy folder; else find out who wrote the row,"
            " and save it in the dashboard, or delete it",
            DatabaseCheck(_rows_without_entry, _BOOKS),
        ),
        Rule(
            "ledger-without-row",
            Severity.ERROR,
            "Every document that arrived has its row",
            "The ledger says that a document arrived, but its row is gone.",
            "run rmos migrate --rehash: it makes such rows anew; where the document is gone, too, restore a backup, or let rmos"
            " audit --repair forget it; where the whole legacy folder is gone for good, delete its rows of migration_ledger with the"
            " sqlite3 tool",
            DatabaseCheck(_entries_without_row, _BOOKS),
        ),
        Rule(
            "ledger-ambiguous",
            Severity.ERROR,
            "The ledger says one thing of each row's content",
            "Two documents with different content cannot both have made a row. Which one did can no longer be told.",
            "run rmos verify to see which document the row holds; then delete the row, and run rmos migrate --rehash: it makes the row"
            " anew from one document, and the others are in conflict with it",
            DatabaseCheck(_several_origins, _BOOKS),
        ),
        Rule(
            "book-value",
            Severity.ERROR,
            "The books keep their tables' rules",
            "A row of the books holds a word or a text that its table does not allow, so nothing is written into the database.",
            "set it right with the sqlite3 tool: a run's status to 'failed', its options_json to '{}', its counts_json to NULL with"
            " the status 'failed', a diagnostic's severity to 'warning'; delete such a row of migration_ledger, and the next rmos"
            " migrate makes it anew; for anything else restore a backup",
            DatabaseCheck(_breaches, _EVERY_BOOK),
        ),
        Rule(
            "ledger-derived",
            Severity.ERROR,
            "The ledger's derived columns can be read",
            "They say which values of a row did not stand under their own keys. Without them the document cannot be rebuilt.",
            "run rmos migrate --rehash: it writes them anew",
            DatabaseCheck(_derived, ("migration_ledger", "migration_sources")),
        ),
        Rule(
            "reject-books-differ",
            Severity.ERROR,
            "The ledger and the kept rejects agree",
            "Of every document that was not loaded the original bytes are kept, and of no other.",
            "run rmos migrate --rehash: it writes both anew; of a file that is gone, delete what is left in migration_rejects and"
            " migration_ledger",
            DatabaseCheck(_rejects, (*_BOOKS, "migration_rejects")),
        ),
        Rule(
            "reference-waits",
            Severity.ERROR,
            "References wait only for what is not there",
            "A detached reference waits until its record arrives. One that waits although the record is there, or whose own"
            " record is gone, was left behind by a change that this program did not make.",
            "run rmos migrate again: it attaches such a reference, or forgets it where its own record is gone",
            DatabaseCheck(_waiting, (*_BOOKS, "migration_pending_references")),
        ),
        Rule(
            "run-unbalanced",
            Severity.ERROR,
            "The counts of every run add up",
            "Found = migrated + unchanged + conflicts + rejected, for every kind of record, and none of them is negative. A run"
            " that does not balance has lost sight of a document.",
            "that is a fault of this program, or somebody changed the counts; please report it",
            DatabaseCheck(_unbalanced, ("migration_runs",)),
        ),
        Rule(
            "run-times",
            Severity.WARNING,
            "Every run ended after it began",
            "The times of a run are UTC, in one form. One that ends before it began was timed by a clock that was set back in"
            " between, or somebody changed its row.",
            "check the machine's clock; documents and records are as they are, whatever a run's times say",
            DatabaseCheck(_times, ("migration_runs",)),
        ),
        Rule(
            "run-left-running",
            Severity.WARNING,
            "No run was cut off",
            "The last run did not finish, so documents may be missing. What it had written is whole.",
            "run rmos migrate again: it carries on",
            DatabaseCheck(_running, ("migration_runs",)),
        ),
        Rule(
            "document-kept-out",
            Severity.WARNING,
            "Every document is loaded",
            "These documents were found but are not in the database: they were rejected, or their id was taken. Documents whose"
            " file was taken out of the folder since do not count.",
            "see rmos rejects; mend the files and run rmos migrate again",
            DatabaseCheck(_kept_out, _BOOKS),
        ),
    ),
)
