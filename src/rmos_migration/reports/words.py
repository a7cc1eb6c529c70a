"""What a run came to, in words for a person who did not write the program."""

from collections.abc import Iterator

from ..migrate.outcome import VERDICTS, Status
from .report import Run
from .wording import amount, are

_CUT_SHORT = {Status.FAILED, Status.INTERRUPTED}


def verdict(run: Run) -> str:
    """How the run ended, in one sentence."""
    status = Status(run.status)
    if status is Status.COMPLETED and not run.totals.found:
        return "There was nothing to migrate."
    said = VERDICTS[status]
    if status in _CUT_SHORT and not run.is_kept:
        return f"{'The dry run' if run.dry_run else 'The run'} was ended before its end. Nothing was kept."
    if not run.dry_run:
        return said
    return f"Dry run, nothing was written. The real run would end so: {said}"


def advice(run: Run, *, balanced: bool, is_last: bool, names_documents: bool) -> list[str]:
    """What that means for the documents, and what to do next.

    Args:
        run: the run.
        balanced: whether every document that was found ended somewhere.
        is_last: whether no later run read the same folder; else there is nothing to do about this one.
        names_documents: whether the report lists what was kept out.
    """
    said = [*_end(run, is_last), *_fates(run, names_documents)]
    if run.totals.kept_out and is_last and names_documents:
        said.append(_what_to_do(run))
    if not balanced:
        said.append("The counts do not balance. That is a fault of this program; please report it.")
    return said


def _end(run: Run, is_last: bool) -> Iterator[str]:
    """How the run came to its end, and what that means."""
    status = Status(run.status)
    if run.stopped_by:
        cause = run.stopped_by.partition(";")[0]
        yield f"{cause[:1].upper()}{cause[1:]}."
    if status is Status.RUNNING:
        yield "The numbers below are those of the parts that are done."
    elif status is Status.ROLLED_BACK:
        yield "The numbers below say what would have become of the documents; none was written (--all-or-nothing)."
    elif status in _CUT_SHORT and run.dry_run:
        yield "The numbers below are those of the documents it had looked at by then."
    elif status in _CUT_SHORT and not run.is_kept:
        yield "So --all-or-nothing asks for. The numbers below are those of the documents it had looked at."
    elif status in _CUT_SHORT:
        yield "What it had written by then stays; the documents after that were not looked at."
        if is_last:
            yield "Run the migration again: it carries on from there."
    elif not run.totals.found:
        yield f"No document was found in {run.source}. Is it the right folder?"


def _fates(run: Run, names_documents: bool) -> Iterator[str]:
    """What became of the documents."""
    totals, would = run.totals, run.dry_run or not run.is_kept
    if not totals.found:
        return
    cut_short = Status(run.status) in _CUT_SHORT or Status(run.status) is Status.RUNNING
    seen = " that it looked at" if cut_short else ""
    verb = "would be" if would else are(totals.found)
    if not totals.kept_out:
        yield f"{_all(totals.found)}{seen} {verb} in the database{_since(run)}."
        return
    yield f"{totals.arrived:,} of {amount(totals.found, 'document')}{seen} {verb} in the database."
    below = " See below which, and why." if names_documents else ""
    safe = "" if would else " Nothing is lost: your files are not changed."
    if totals.rejected:
        verb = "would be" if would else ("was" if totals.rejected == 1 else "were")
        yield f"{amount(totals.rejected, 'document')} {verb} rejected.{below}{safe}"
    if totals.conflicts:
        verb = "would be" if would else are(totals.conflicts)
        yield (
            f"{amount(totals.conflicts, 'document')} {verb} in conflict: another record came first under the same id, "
            f"and stays.{below if not totals.rejected else ''}"
        )


def _what_to_do(run: Run) -> str:
    again = "Mend the files that are named below, then run the migration again"
    return f"{again}: it reads only what has changed." if run.is_kept and not run.dry_run else f"{again}."


def _all(found: int) -> str:
    return "The one document" if found == 1 else f"All {found:,} documents"


def _since(run: Run) -> str:
    migrated, unchanged = run.totals.migrated, run.totals.unchanged
    if migrated and unchanged:
        return f": {migrated:,} new, {unchanged:,} already there"
    return ", as before" if unchanged else ""
