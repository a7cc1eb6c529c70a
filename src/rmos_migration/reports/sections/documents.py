"""The section on documents: how many were found, their outcomes, and what changed since the run before."""

from collections.abc import Iterator

from ...presentation.plain_text import aligned, heading, wrapped
from ...presentation.text import amount, entity_name, success, when
from ..model import Comparison, Report
from .section import Section


def _lines(report: Report) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [("", "found", "migrated", "unchanged", "conflicts", "rejected", "success")]
    for name, counted in [*report.entities.items(), ("total", report.run.totals)]:
        numbers = (counted.found, counted.migrated, counted.unchanged, counted.conflicts, counted.rejected)
        rows.append((entity_name(name), *(f"{number:,}" for number in numbers), success(counted)))
    yield from aligned(rows)
    if report.previous is not None:
        then = report.previous.run
        yield from heading(f"Compared with run {then.id} of {when(then.started_at)}")
        for sentence in _compared(report.previous):
            yield from wrapped(sentence)


def _compared(comparison: Comparison) -> Iterator[str]:
    """Yield what the run before came to, and what changed since, in sentences."""
    totals, change = comparison.run.totals, comparison.kept_out
    kept = "" if comparison.run.is_kept else " Nothing of that run was kept."
    yield (
        f"It found {amount(totals.found, 'document')}: {totals.migrated:,} migrated, "
        f"{totals.unchanged:,} unchanged, {totals.conflicts:,} in conflict, "
        f"{totals.rejected:,} rejected.{kept}"
    )
    if change is None:
        yield "One of the two runs was cut short, so what was not loaded cannot be compared."
    elif not change.newly and not change.still and not change.no_longer:
        yield "Every document was loaded, then and now."
    else:
        yield (
            f"Documents not loaded: {change.newly:,} new since then, {change.still:,} as before, "
            f"{change.no_longer:,} no longer (corrected or removed)."
        )


DOCUMENTS = Section(
    "documents",
    "Documents",
    _lines,
    values=lambda report: {"compared": _compared(report.previous) if report.previous else ()},
)
