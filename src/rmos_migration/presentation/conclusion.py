"""The result of a run in words, for people who did not write the program: verdict, advice, and a mood."""

from collections.abc import Iterator, Sequence

from ..diagnostics import printable
from ..migrate.outcome import RunStatus
from ..migrate.summary import ending, overridden_records, were_not_looked_at
from ..store.model import REPLACED
from .model import KeptOut, Kind, Run
from .text import amount, are

_NOT_AS_LEFT = "But the database is no longer as this program left it."

_MOODS = {
    RunStatus.COMPLETED: ("good", "✓"),
    RunStatus.COMPLETED_WITH_REJECTS: ("warn", "!"),
    RunStatus.INTERRUPTED: ("warn", "!"),
    RunStatus.RUNNING: ("warn", "…"),
}

_CUT_SHORT = {RunStatus.FAILED, RunStatus.INTERRUPTED}


def verdict(run: Run, doubted: Sequence[str] = ()) -> str:
    """Return how the run ended, in one sentence; in two if there are doubts about the database."""
    return f"{_ending(run)} {_NOT_AS_LEFT}" if doubted else _ending(run)


def _ending(run: Run) -> str:
    status = RunStatus(run.status)
    if status is RunStatus.COMPLETED and not run.totals.found:
        return "There was nothing to migrate."
    if status in _CUT_SHORT and not run.is_kept:
        return f"{'The dry run' if run.dry_run else 'The run'} stopped before its end. Nothing was kept."
    said = ending(
        status,
        found=run.totals.found,
        arrived=run.totals.arrived,
        not_looked_at=run.not_looked_at,
        folders=run.folders_not_looked_at,
    )
    return f"Dry run, nothing was written. The real run would end like this: {said}" if run.dry_run else said


def advice(
    run: Run,
    noticed: Sequence[Kind],
    kept_out: Sequence[KeptOut] | None,
    *,
    balanced: bool,
    is_last: bool,
    doubted: Sequence[str] = (),
) -> list[str]:
    """Return what the result means for the documents, and what to do next.

    Args:
        run: the run.
        noticed: what it noticed, by kind.
        kept_out: the documents that the report names; None if it does not know them.
        balanced: whether every document that was found has an outcome.
        is_last: whether no later run read the same folder; otherwise there is nothing left to do.
        doubted: reasons to doubt what the database says now (``store.checks.doubts``).
    """
    said = [f"{printable('; '.join(doubted))}. See: rmos audit."] if doubted else []
    said += [*_end(run), *_fates(run, names_documents=kept_out is not None, is_doubted=bool(doubted))]
    replaced = sum(kind.count for kind in noticed if kind.code == REPLACED)
    if replaced:
        said.append(
            f"{amount(replaced, 'record')} {are(replaced)} replaced by other content, as --on-conflict asks."
        )
    if run.not_looked_at:
        may = "It may hold records" if run.not_looked_at == 1 else "They may hold records"
        which = were_not_looked_at(run.not_looked_at, run.folders_not_looked_at)
        below = " They are listed below." if kept_out is not None else ""
        said.append(f"{which}. {may} that are not in the database.{below}")
    if is_last:
        said += _what_to_do(run, kept_out or ())
    if not balanced:
        said.append("The counts do not balance. That is a bug in this program; please report it.")
    return said


def _end(run: Run) -> Iterator[str]:
    """Yield why the run ended, and what that means for the numbers."""
    status = RunStatus(run.status)
    if run.stopped_by:
        yield f"{run.stopped_by[:1].upper()}{run.stopped_by[1:]}."
    if status is RunStatus.RUNNING:
        yield "The numbers below are those of the parts done so far."
    elif status is RunStatus.ROLLED_BACK:
        yield "The numbers below are what would have happened; nothing was written (--all-or-nothing)."
    elif status in _CUT_SHORT and run.is_kept:
        yield "The parts that it had finished are kept; nothing after them was written."
    elif status in _CUT_SHORT:
        yield "The numbers below are those of the parts that it had finished by then."
    elif not run.totals.found:
        yield f"No document was found in {run.source}. Is it the right folder?"


def _fates(run: Run, *, names_documents: bool, is_doubted: bool) -> Iterator[str]:
    """Yield what became of the documents."""
    totals, would = run.totals, run.dry_run or not run.is_kept
    if not totals.found:
        return
    of_parts = " of these parts" if RunStatus(run.status) in {*_CUT_SHORT, RunStatus.RUNNING} else ""
    if not totals.kept_out:
        where = _in_database(run, totals.found, would=would, is_doubted=is_doubted)
        yield f"{_all(totals.found)}{of_parts} {where}."
        return
    documents = amount(totals.found, "document")
    where = _in_database(run, totals.arrived, would=would, is_doubted=is_doubted)
    yield f"{totals.arrived:,} of {documents}{of_parts} {where}."
    below = " The reasons are listed below." if names_documents else ""
    safe = "" if would else " Nothing is lost: your files are not changed."
    if totals.rejected:
        verb = "would be" if would else ("was" if totals.rejected == 1 else "were")
        yield f"{amount(totals.rejected, 'document')} {verb} rejected.{below}{safe}"
    if totals.conflicts:
        verb = "would be" if would else are(totals.conflicts)
        yield (
            f"{amount(totals.conflicts, 'document')} {verb} in conflict: the database has other content"
            f" under the same id.{below if not totals.rejected else ''}"
        )


def _in_database(run: Run, arrived: int, *, would: bool, is_doubted: bool) -> str:
    """Return where the arrived documents are; some of their records may have been changed since."""
    since = _since(run) if arrived else ""
    if is_doubted and not would:
        return f"had arrived when the run ended{since}"
    if run.overridden:
        return f"arrived{since}; {overridden_records(run.overridden)}"
    return f"{'would be' if would else are(arrived)} in the database{since}"


def _what_to_do(run: Run, kept_out: Sequence[KeptOut]) -> Iterator[str]:
    is_limited = run.options.get("max_rejects") is not None and run.status == "failed"
    if is_limited and kept_out:
        yield "Correct the files named below, or allow more with --max-rejects, then run the migration again."
    elif RunStatus(run.status) in _CUT_SHORT and run.is_kept:
        yield "Run the migration again: it carries on from there."
    elif kept_out:
        again = "Correct the files named below, then run the migration again"
        yield f"{again}: what has arrived is not read again." if run.is_kept else f"{again}."


def _all(found: int) -> str:
    return "The one document" if found == 1 else f"All {found:,} documents"


def _since(run: Run) -> str:
    migrated, unchanged = run.totals.migrated, run.totals.unchanged
    if migrated and unchanged:
        return f": {migrated:,} new, {unchanged:,} already there"
    return ", as before" if unchanged else ""


def mood_of(run: Run, *, doubted: bool = False) -> tuple[str, str]:
    """Return how well a run ended, as a CSS class (good, warn, bad) and a sign; doubts are bad."""
    status = RunStatus(run.status)
    if doubted:
        return "bad", "✗"
    if status is RunStatus.COMPLETED and not run.totals.found:
        return "warn", "!"
    return _MOODS.get(status, ("bad", "✗"))
