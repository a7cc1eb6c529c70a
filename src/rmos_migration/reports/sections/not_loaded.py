"""The sections on documents that were not loaded and files that were not looked at."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...catalogue import CATALOGUE
from ...migrate.summary import amount_not_looked_at, folders_among
from ...presentation.model import Excerpt, KeptOut
from ...presentation.plain_text import columns, wrapped
from ...presentation.text import about, amount, brief, place
from ..model import Report
from .section import Section

_SHOWN_IN_TEXT = 10
_SHOWN_ON_PAGE = 50
"""Documents shown of each code; how many more there are is always said."""

_FILES_ON_PAGE = 200


class _Group(NamedTuple):
    """The documents that were not loaded for one reason, and the first of them, which are shown."""

    code: str
    heading: str
    explanation: str
    hint: str
    total: int
    shown: list[KeptOut]


def _groups(documents: list[KeptOut]) -> list[_Group]:
    """Return documents by the code of their first reason, the most frequent code first."""
    totals = Counter(document.notices[0].code for document in documents)
    shown: dict[str, list[KeptOut]] = {code: [] for code in totals}
    for document in documents:
        listed = shown[document.notices[0].code]
        if len(listed) < _SHOWN_ON_PAGE:
            listed.append(document)
    return [_group(code, total, shown[code]) for code, total in totals.most_common()]


def _group(code: str, total: int, shown: list[KeptOut]) -> _Group:
    explanation = CATALOGUE[code].explanation if code in CATALOGUE else code
    heading, _, rest = explanation.partition(". ")
    return _Group(code, heading.removesuffix("."), rest, shown[0].notices[0].hint, total, shown)


def _values(report: Report) -> dict[str, Any]:
    groups = _groups(report.kept_out or [])
    return {"groups": groups, "most": max((group.total for group in groups), default=1)}


def _documents(report: Report) -> Iterator[str]:
    if report.kept_out is None:
        yield from wrapped(
            "The statistics do not say which documents."
            " A report from the database does, if it was a real run."
        )
        return
    totals = Counter(document.notices[0].code for document in report.kept_out)
    seen: Counter[str] = Counter()
    for document in report.kept_out:
        code = document.notices[0].code
        seen[code] += 1
        if seen[code] <= _SHOWN_IN_TEXT:
            yield from _document(document)
    for code, total in totals.items():
        if total > _SHOWN_IN_TEXT:
            yield ""
            yield from wrapped(f"{total - _SHOWN_IN_TEXT:,} more with {code}; the JSON report has them all.")


def _document(document: KeptOut) -> Iterator[str]:
    first = document.notices[0]
    yield ""
    yield from wrapped(f"{place(first)} ({about(document)})", hanging="    ")
    for notice in document.notices:
        where = "" if notice is first else f"{place(notice)}: "
        yield from wrapped(f"{where}{notice.number} {notice.code}: {brief(notice.message)}", "  ", "    ")
        if notice is first and document.excerpt is not None:
            yield from _excerpt(document.excerpt)
    yield from wrapped(f"-> {first.hint}", "  ", "     ")


def _excerpt(excerpt: Excerpt) -> Iterator[str]:
    margin = len(str(excerpt.first_line + len(excerpt.lines)))
    for number, line in enumerate(excerpt.lines, excerpt.first_line):
        yield f"{number:>{margin + 4}} | {_with_plain_marks(line)}".rstrip()
        if number == excerpt.line:
            before = " " * columns(line[: excerpt.column - 1])
            yield f"{'':>{margin + 4}} | {before}^"


def _with_plain_marks(line: str) -> str:
    """Return a line of an excerpt with ``~`` for the dots at its ends where it was cut."""
    line = f"~{line[1:]}" if line.startswith("…") else line
    return f"{line[:-1]}~" if line.endswith("…") else line


def _files(report: Report) -> Iterator[str]:
    files = report.not_looked_at or []
    for notice in files[:_SHOWN_IN_TEXT]:
        yield ""
        yield from wrapped(f"{place(notice)}: {brief(notice.message)}", hanging="    ")
        yield from wrapped(f"-> {notice.hint}", "  ", "     ")
    if len(files) > _SHOWN_IN_TEXT:
        yield ""
        yield from wrapped(f"{len(files) - _SHOWN_IN_TEXT:,} more; the JSON report has them all.")


def _amount_of_files(report: Report) -> str:
    files = report.not_looked_at or []
    return amount_not_looked_at(len(files), folders_among(one.code for one in files))


NOT_LOADED = Section(
    "kept-out",
    "Not loaded",
    _documents,
    is_shown=lambda report: report.kept_out or report.run.totals.kept_out,
    detail=lambda report: "" if report.kept_out is None else amount(len(report.kept_out), "document"),
    count_key="kept_out",
    values=_values,
)

NOT_LOOKED_AT = Section(
    "not-looked-at",
    "Not looked at",
    _files,
    is_shown=lambda report: report.not_looked_at,
    detail=_amount_of_files,
    values=lambda _: {"most": _FILES_ON_PAGE},
)
