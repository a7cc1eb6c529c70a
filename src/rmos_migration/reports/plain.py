"""The report for consoles and mail: 80 columns of plain characters."""

from collections.abc import Iterator

from ..presentation.plain_text import heading, wrapped
from .model import Report
from .sections import SECTIONS


def as_text(report: Report) -> str:
    """Return the report as plain text."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    title = "RMOS migration report"
    yield from (title, "=" * len(title), "")
    yield from wrapped(report.verdict)
    yield ""
    for sentence in report.advice:
        yield from wrapped(sentence)
    for section in SECTIONS:
        if section.is_shown(report):
            yield from heading(section.title(report))
            yield from section.lines(report)
