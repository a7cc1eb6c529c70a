"""The sections on what is in the database: the rosettes, and the workshop's records counted."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from ...presentation import rosettes
from ...presentation.environment import drawn
from ...presentation.plain_text import aligned, heading, wrapped
from ...presentation.text import amount, are, entity_name, millimetres, name_of
from ..model import Report
from .section import Section, counts_table


def _rosettes(report: Report) -> Iterator[str]:
    gallery = report.gallery
    if gallery is None:
        return
    for one in gallery.rosettes:
        across = "" if one.diameter_mm is None else f", {millimetres(one.diameter_mm)} across"
        rings = "no rings counted" if one.ring_count is None else amount(one.ring_count, "ring")
        name = name_of(one) if one.name else "(no name)"
        yield from wrapped(f"{name} [{one.id}]: {rings}{across}", hanging="    ")
        for remark in one.remarks:
            yield from wrapped(remark, "    ")
    if gallery.total > len(gallery.rosettes):
        more = gallery.total - len(gallery.rosettes)
        yield from wrapped(f"{amount(more, 'more pattern')} {are(more)} not shown; rmos draw shows any.")


def _pictures(report: Report) -> dict[str, Any]:
    scale = rosettes.scale(report.gallery.rosettes) if report.gallery else None
    return {"scale": scale, "picture": drawn(partial(rosettes.picture, scale=scale))}


def _workshop(report: Report) -> Iterator[str]:
    database, workshop = report.database, report.workshop
    if database is None or workshop is None:
        return
    yield from aligned([(entity_name(name), f"{number:,}") for name, number in database.records.items()])
    if database.pending_references:
        yield from wrapped(
            f"{amount(database.pending_references, 'reference')} to records that have not arrived."
        )
    for title, counts, unnamed in (
        ("Strip families by material", workshop.materials, "not recorded"),
        ("Patterns by number of rings", workshop.ring_counts, "no rings"),
        ("Jobs by status", workshop.job_statuses, ""),
    ):
        if counts:
            yield from heading(title)
            yield from counts_table(counts, unnamed)


ROSETTES = Section(
    "patterns",
    "Rosettes",
    _rosettes,
    is_shown=lambda report: report.gallery and report.gallery.total,
    detail=lambda report: f"{report.gallery.total:,}" if report.gallery else "",
    count_key="patterns",
    values=_pictures,
)

WORKSHOP = Section(
    "workshop",
    "In the database now",
    _workshop,
    is_shown=lambda report: report.workshop and report.database,
    values=lambda report: {
        "records": {entity_name(name): number for name, number in report.database.records.items()}
        if report.database
        else {}
    },
)
