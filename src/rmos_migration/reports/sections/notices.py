"""The section on everything that was noticed, by code."""

from collections.abc import Iterator

from ...presentation.plain_text import wrapped
from ...presentation.text import brief, place
from ...store.model import CONFLICTS
from ..model import Report
from .section import Section


def _lines(report: Report) -> Iterator[str]:
    for position, kind in enumerate(report.noticed):
        if position:
            yield ""
        yield from wrapped(f"{kind.count:,} x {kind.number} {kind.code} ({kind.severity})", hanging="    ")
        yield from wrapped(kind.explanation, "    ")
        if kind.severity != "info":
            yield from wrapped(f"-> {kind.hint}", "    ", "       ")
            for notice in kind.examples if kind.severity == "warning" else ():
                yield from wrapped(f"{place(notice)}: {brief(notice.message)}", "    e.g. ", "         ")


NOTICES = Section(
    "noticed",
    "Notices",
    _lines,
    is_shown=lambda report: report.noticed,
    values=lambda report: {
        "warnings": [one for one in report.noticed if one.severity == "warning" and one.code not in CONFLICTS]
    },
)
