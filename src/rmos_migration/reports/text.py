"""How text and page say what only a report says."""

from collections.abc import Iterator

from ..presentation.model import Run
from ..presentation.text import amount
from .model import Audit, Comparison, Finding


def findings(audit: Audit) -> tuple[list[Finding], int]:
    """What an audit found, without the documents that are not loaded, which the report lists anyway; how many those are."""
    others = [finding for finding in audit.findings if finding.code != "document-kept-out"]
    return others, len(audit.findings) - len(others)


def before(comparison: Comparison) -> str:
    """What the run before came to, in a sentence."""
    totals = comparison.run.totals
    kept = "" if comparison.run.is_kept else " Nothing of that run was kept."
    return (
        f"It found {amount(totals.found, 'document')}: {totals.migrated:,} migrated, {totals.unchanged:,} unchanged, "
        f"{totals.conflicts:,} in conflict, {totals.rejected:,} rejected.{kept}"
    )


def changes(comparison: Comparison) -> Iterator[str]:
    """What changed since the run before, in sentences."""
    change = comparison.kept_out
    if change is None:
        yield "One of the two runs was cut short, so what was not loaded cannot be compared."
    elif not change.newly and not change.still and not change.no_longer:
        yield "Every document was loaded, then and now."
    else:
        yield (
            f"Documents not loaded: {change.newly:,} that were not then, {change.still:,} as then, "
            f"{change.no_longer:,} no longer (mended, or taken away)."
        )


def run_name(run: Run) -> str:
    """Which run it was, and how it ended."""
    name = "a dry run" if run.dry_run or run.id is None else f"{run.id}"
    return f"{name}, {run.status.replace('_', ' ')}"
