"""What the terminal shows of a run that has ended: a table, how it ended in words, and what to do next."""

from collections.abc import Iterable

from rich.table import Table

from ..migrate.outcome import RunCounts, RunStatus
from ..migrate.summary import RunSummary, ending, overridden_records, were_not_looked_at
from .console import in_words, out, say, table

_VERDICT_COLOURS = {
    RunStatus.COMPLETED: "green",
    RunStatus.COMPLETED_WITH_REJECTS: "yellow",
    RunStatus.INTERRUPTED: "yellow",
}


def print_summary(summary: RunSummary) -> None:
    """Print the summary of a run for a person: a table, the verdict in words, what to do next."""
    out.print(counts_table(summary.counts))
    out.print()
    say(f"From {summary.source} into {summary.database.removeprefix('sqlite:///')}")
    totals = summary.totals
    verdict = ending(
        summary.status,
        found=totals.found,
        arrived=totals.migrated + totals.unchanged,
        not_looked_at=summary.counts.files.not_looked_at,
        folders=summary.counts.folders_not_looked_at,
    )
    if summary.dry_run:
        verdict = f"Dry run, nothing was written. The real run would end like this: {verdict}"
    say(verdict, style=f"bold {_VERDICT_COLOURS.get(summary.status, 'red')}")
    for line in _explanations(summary):
        say(line)


def shortfall(summary: RunSummary) -> str:
    """Return one line, for ``--quiet``, on what a run did not load, and where to see more."""
    totals, files = summary.totals, summary.counts.files
    said = [summary.stopped_by] if summary.stopped_by else []
    said += [f"{totals.rejected:,} rejected"] if totals.rejected else []
    said += [f"{totals.conflicts:,} in conflict"] if totals.conflicts else []
    if files.not_looked_at:
        said.append(were_not_looked_at(files.not_looked_at, summary.counts.folders_not_looked_at))
    if not summary.counts.balanced:
        said.append("the counts do not balance, which is a fault of this program")
    more = "rmos rejects" if summary.is_kept else "the same command without -q"
    found = "1 document" if totals.found == 1 else f"{totals.found:,} documents"
    return f"of {found} found: {', '.join(said)}; to see more: {more}"


def _explanations(summary: RunSummary) -> Iterable[str]:
    totals, files = summary.totals, summary.counts.files
    if summary.stopped_by:
        again = " Run the same command again to carry on." if summary.status is RunStatus.INTERRUPTED else ""
        yield f"{summary.stopped_by[:1].upper()}{summary.stopped_by[1:]}.{again if summary.is_kept else ''}"
        if summary.status is RunStatus.FAILED:
            yield "The part that was read last was undone: it is in no count here, and not on record."
        if not totals.found:
            return
    elif not totals.found:
        yield "There was no document to migrate."
    if summary.is_kept or summary.dry_run:
        overridden = summary.counts.overridden
        verb = "would be" if summary.dry_run else "are"
        rate = totals.found / max(summary.duration_seconds, 1e-9)
        yield (
            f"{summary.success_rate:g} % of {totals.found:,} documents {verb} in the database "
            f"({summary.duration_seconds:.1f} s, {rate:,.0f} a second)."
            if not overridden
            else f"{summary.success_rate:g} % of {totals.found:,} documents have arrived; "
            f"{overridden_records(overridden)}."
        )
    if files.not_looked_at:
        seem = "it may hold" if files.not_looked_at == 1 else "they may hold"
        where = "see above" if summary.dry_run else "rmos rejects"
        amount = were_not_looked_at(files.not_looked_at, summary.counts.folders_not_looked_at)
        yield f"{amount}, though {seem} records: {where}"
    if files.ignored:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(files.ignored.items()))
        yield f"Files passed over: {reasons}."
    if len(summary.counts.generations) > 1:
        written = (f"{count:,} {name}" for name, count in summary.counts.generations.most_common())
        yield f"Documents by the generation that wrote them: {', '.join(written)}."
    if (totals.rejected or totals.conflicts) and summary.is_kept:
        yield "What was not loaded, and why: rmos rejects"
    if totals.conflicts and not summary.dry_run:
        yield (
            "Conflicts: the database holds other content under the same id. "
            "What to do about each: rmos rejects"
        )
    if not summary.counts.balanced:
        yield "The counts do not balance. That is a fault of this program; please report it."


def counts_table(counts: RunCounts) -> Table:
    """Return a table of documents per entity and outcome."""
    made = table("", "found", "migrated", "unchanged", "conflicts", "rejected")
    for name, tally in [*counts.entities.items(), ("total", counts.totals)]:
        numbers = (tally.found, tally.migrated, tally.unchanged, tally.conflicts, tally.rejected)
        style = "bold" if name == "total" else ""
        made.add_row(in_words(name), *(f"{number:,}" for number in numbers), style=style)
    return made
