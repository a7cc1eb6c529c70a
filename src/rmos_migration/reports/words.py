"""What a run came to, in words for a person who did not write the program."""

from collections.abc import Iterator

from ..migrate.outcome import VERDICTS, Status
from .report import Counted, Run
from .wording import amount


def verdict(run: Run) -> str:
    """How the run ended, in one sentence."""
    status = Status(run.status)
    if status is Status.COMPLETED and not run.totals.found:
        return "There was nothing to migrate."
    said = VERDICTS[status]
    return f"Dry run, nothing was written. The real run would end so: {said}" if run.dry_run else said


def advice(run: Run, *, balanced: bool) -> list[str]:
    """What that means for the documents, and what to do next."""
    return list(_advice(run, balanced))


def _advice(run: Run, balanced: bool) -> Iterator[str]:
    totals, status = run.totals, Status(run.status)
    if run.stopped_by:
        yield f"{run.stopped_by[:1].upper()}{run.stopped_by[1:]}."
    if status is Status.RUNNING:
        yield "The numbers below are those of the parts that are done."
    elif status is Status.INTERRUPTED and not run.stopped_by:
        yield "The program was ended before it was done. What it had written stays; run the migration again to carry on."
    elif status is Status.FAILED:
        yield "What was written before stays. Run the migration again to carry on."
    elif status is Status.ROLLED_BACK:
        yield "The numbers below say what would have become of the documents; none was written (--all-or-nothing)."
    if totals.found:
        yield from _fates(run, totals, is_kept=status is not Status.ROLLED_BACK)
    if not balanced:
        yield "The counts do not balance. That is a fault of this program; please report it."


def _fates(run: Run, totals: Counted, *, is_kept: bool) -> Iterator[str]:
    would = run.dry_run or not is_kept
    if not totals.kept_out:
        yield f"{_all(totals.found)} {_are(totals.found, would)} in the database{_since(totals)}."
        return
    yield f"{totals.arrived:,} of {amount(totals.found, 'document')} {_are(totals.arrived, would)} in the database."
    if totals.rejected:
        verb = "would be" if would else ("was" if totals.rejected == 1 else "were")
        yield (
            f"{amount(totals.rejected, 'document')} {verb} rejected, each with its reason below. "
            + ("Your files are not changed." if would else "Nothing is lost: your files are not changed.")
        )
    if totals.conflicts:
        yield (
            f"{amount(totals.conflicts, 'document')} {_are(totals.conflicts, would)} in conflict: another record with other "
            "content came first under the same id, and stays."
        )
    yield "Mend the files that are named below, then run the migration again: it reads only what has changed."


def _are(number: int, would: bool) -> str:
    if would:
        return "would be"
    return "is" if number == 1 else "are"


def _all(found: int) -> str:
    return "The one document" if found == 1 else f"All {found:,} documents"


def _since(totals: Counted) -> str:
    if totals.migrated and totals.unchanged:
        return f": {totals.migrated:,} new, {totals.unchanged:,} already there"
    return ", as before" if totals.unchanged else ""
