"""The books: every row is accounted for, every account has its row, and the runs add up."""

from collections.abc import Iterator

import orjson

from ...diagnostics import Severity, shown
from ...entities import BY_NAME, ENTITIES
from ...generations.draft import CATEGORY
from ...sources.presence import is_gone
from ...store import soundness, waiting
from ...store.lock import is_locked
from ...store.soundness import Place
from ..rule import Family, Flaw, Rule, Subject, Whole

_BOOKS = (*(entity.name for entity in ENTITIES), "migration_ledger", "migration_sources")


def _rows_without_entry(subject: Subject) -> Iterator[Flaw]:
    for entity in ENTITIES:
        for record_id in soundness.rows_without_entry(subject.connection, entity):
            yield Flaw("no document is on record for this row", entity.name, str(record_id))


def _entries_without_row(subject: Subject) -> Iterator[Flaw]:
    for entity in ENTITIES:
        for place in soundness.entries_without_row(subject.connection, entity):
            yield _at(
                place,
                f"the document's record {shown(place.record_id)} is not among the {_words(place.entity)}",
            )
    for place in soundness.entries_of_no_entity(subject.connection):
        yield _at(place, f"the document is booked as {shown(place.entity)}, which is no kind of record")


def _several_origins(subject: Subject) -> Iterator[Flaw]:
    for entity in ENTITIES:
        for record_id in soundness.several_origins(subject.connection, entity):
            yield Flaw(
                "the ledger names several contents that the row was made from", entity.name, str(record_id)
            )


def _derived(subject: Subject) -> Iterator[Flaw]:
    for entity, derived in soundness.derived_lists(subject.connection):
        if not _names_columns(entity, derived):
            for place in soundness.entries_with_derived(subject.connection, entity, derived):
                yield _at(place, f"derived is {shown(derived)}, which is no list of columns")


def _names_columns(entity: str, derived: str) -> bool:
    known = {*BY_NAME[entity].columns, CATEGORY} if entity in BY_NAME else set()
    try:
        named = orjson.loads(derived)
    except (ValueError, TypeError):
        return False
    return isinstance(named, list) and all(isinstance(name, str) and name in known for name in named)


def _rejects(subject: Subject) -> Iterator[Flaw]:
    for place in soundness.rejects_without_bytes(subject.connection):
        yield _at(place, "the document was rejected, but its bytes were not kept")
    for place in soundness.bytes_without_reject(subject.connection):
        yield _at(place, "the document's bytes were kept, but the ledger does not call it rejected")


def _waiting(subject: Subject) -> Iterator[Flaw]:
    for entity, record_id, field, target in waiting.in_vain(subject.connection):
        yield Flaw(f"{field} waits for {shown(target)}, although it should not", entity, record_id, field)


def _unbalanced(subject: Subject) -> Iterator[Flaw]:
    for run_id, status, text in soundness.counts_of_runs(subject.connection):
        if status in ("completed", "completed_with_rejects"):
            for message in _imbalances(text):
                yield Flaw(message, "migration_runs", str(run_id), "counts_json")


def _imbalances(text: str | None) -> Iterator[str]:
    """Where a run's counts do not add up: found = migrated + unchanged + conflicts + rejected."""
    try:
        counts = orjson.loads(text or "")
        tallies = [*counts["entities"].items(), ("total", counts["totals"])]
        for name, tally in tallies:
            ended = sum(tally[outcome] for outcome in ("migrated", "unchanged", "conflicts", "rejected"))
            if tally["found"] != ended:
                yield f"{_words(name)}: {tally['found']:,} were found, {ended:,} ended somewhere"
        for outcome, total in counts["totals"].items():
            if total != sum(tally[outcome] for tally in counts["entities"].values()):
                yield f"{outcome}: the total is not the sum of the kinds of records"
    except (ValueError, KeyError, TypeError, AttributeError):
        yield "the counts of the run cannot be read"


def _running(subject: Subject) -> Iterator[Flaw]:
    for run_id, status, _ in soundness.counts_of_runs(subject.connection):
        if status == "running" and not subject.was_locked and not is_locked(subject.database.path):
            yield Flaw("the run was cut off", "migration_runs", str(run_id), "status")


def _kept_out(subject: Subject) -> Iterator[Flaw]:
    for place in soundness.kept_out(subject.connection):
        if not is_gone(place.location, place.path):
            yield _at(place, f"the document is kept out: {place.code}")


def _at(place: Place, message: str) -> Flaw:
    where = " ".join(part for part in (place.path, place.pointer) if part)
    return Flaw(message, "migration_ledger", where)


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
            "find out who wrote the row; rmos verify SOURCE tells whether its document is in the legacy folder",
            Whole(_rows_without_entry, _BOOKS),
        ),
        Rule(
            "ledger-without-row",
            Severity.ERROR,
            "Every document that arrived has its row",
            "The ledger says that a document arrived, but its row is gone.",
            "run rmos migrate again: it makes such rows anew",
            Whole(_entries_without_row, _BOOKS),
        ),
        Rule(
            "ledger-ambiguous",
            Severity.ERROR,
            "The ledger says one thing of each row's content",
            "Two documents with different content cannot both have made a row. Which one did can no longer be told.",
            "run rmos verify to see which document the row holds; then rmos migrate --rehash --on-conflict replace",
            Whole(_several_origins, _BOOKS),
        ),
        Rule(
            "ledger-derived",
            Severity.ERROR,
            "The ledger's derived columns can be read",
            "They say which values of a row did not stand under their own keys. Without them the document cannot be rebuilt.",
            "run rmos migrate --rehash: it writes them anew",
            Whole(_derived, ("migration_ledger", "migration_sources")),
        ),
        Rule(
            "reject-books-differ",
            Severity.ERROR,
            "The ledger and the kept rejects agree",
            "Of every document that was kept out the original bytes are kept, and of no other.",
            "run rmos migrate --rehash: it writes both anew",
            Whole(_rejects, (*_BOOKS, "migration_rejects")),
        ),
        Rule(
            "reference-waits",
            Severity.ERROR,
            "References wait only for what is not there",
            "A detached reference waits until its record arrives. One that waits although the record is there, or whose own"
            " record is gone, was left behind by a change that this program did not make.",
            "run rmos migrate again: it attaches such a reference, or forgets it where its own record is gone",
            Whole(_waiting, (*_BOOKS, "migration_pending_references")),
        ),
        Rule(
            "run-unbalanced",
            Severity.ERROR,
            "The counts of every run add up",
            "Found = migrated + unchanged + conflicts + rejected, for every kind of record. A run that does not balance has"
            " lost sight of a document.",
            "that is a fault of this program, or somebody changed the counts; please report it",
            Whole(_unbalanced, ("migration_runs",)),
        ),
        Rule(
            "run-left-running",
            Severity.WARNING,
            "No run was cut off",
            "The last run did not come to its end, so documents may be missing. What it had written is whole.",
            "run rmos migrate again: it carries on",
            Whole(_running, ("migration_runs",)),
        ),
        Rule(
            "document-kept-out",
            Severity.WARNING,
            "No document is kept out",
            "These documents were found but are not in the database: they were rejected, or their id was taken. Documents whose"
            " file was taken out of the folder since do not count.",
            "see rmos rejects; mend the files and run rmos migrate again",
            Whole(_kept_out, _BOOKS),
        ),
    ),
)
