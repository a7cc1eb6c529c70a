"""What a section of a report is: a heading, when it is shown, and how page and text show it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...presentation.plain_text import aligned
from ...presentation.text import listed
from ..model import Report


@dataclass(frozen=True)
class Section:
    """One section of a report.

    ``anchor`` is its id on the page, where the template ``sections/<anchor>.html`` shows it; ``lines`` are
    what the text format shows. ``is_shown`` tells whether there is anything to show. ``detail`` follows the
    heading, such as a number of documents, and ``count_key`` names that number on the page. ``values`` are
    what the template needs beside the report; it finds them under ``given``.
    """

    anchor: str
    heading: str
    lines: Callable[[Report], Iterator[str]]
    is_shown: Callable[[Report], object] = lambda _: True
    detail: Callable[[Report], str] = lambda _: ""
    count_key: str = ""
    values: Callable[[Report], Mapping[str, Any]] = lambda _: {}
    template: str = ""

    @property
    def template_file(self) -> str:
        """The template that shows the section on the page."""
        return f"sections/{self.template or self.anchor}.html"

    def title(self, report: Report) -> str:
        """Return the heading with its detail."""
        detail = self.detail(report)
        return f"{self.heading}: {detail}" if detail else self.heading


def counts_section(
    anchor: str,
    heading: str,
    counts: Callable[[Report], Mapping[str, int] | None],
    *,
    caption: str,
    unnamed: str = "",
) -> Section:
    """Return a section that is one table of counts by value; it needs no template of its own.

    Args:
        anchor: the section's id on the page; it names the counts there, too.
        heading: the section's heading.
        counts: returns the counts of a report; the section is not shown if there are none.
        caption: the caption of the table on the page.
        unnamed: stands for the empty value.
    """
    return Section(
        anchor,
        heading,
        lines=lambda report: counts_table(counts(report) or {}, unnamed),
        is_shown=counts,
        values=lambda report: {"counts": counts(report), "caption": caption, "unnamed": unnamed},
        template="counts",
    )


def counts_table(counts: Mapping[str, int], unnamed: str) -> Iterator[str]:
    """Yield the lines of a table of counts by value; ``unnamed`` stands for the empty value."""
    first, others, rest = listed(counts)
    rows = [*first, (others, rest)] if others else first
    yield from aligned([(name or unnamed, f"{number:,}") for name, number in rows])
