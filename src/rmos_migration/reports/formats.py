"""The formats of a report: page, JSON with its schema, and plain text of 80 columns for consoles and mail."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

from ..diagnostics import printable_json
from ..presentation.plain_text import heading, wrapped
from .model import Report
from .page import as_html
from .sections import SECTIONS


def as_json(report: Report) -> str:
    """Return the whole report as JSON text, schema ``rmos-migration/report/1`` (``json_schema``)."""
    return printable_json(report.model_dump_json(indent=2)) + "\n"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a report, as ``docs/report.schema.json`` publishes it."""
    schema = Report.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


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


class Format(StrEnum):
    """What a report can be written as."""

    JSON = "json"
    HTML = "html"
    TXT = "txt"


RENDERERS: dict[Format, Callable[[Report], str]] = {
    Format.JSON: as_json,
    Format.HTML: as_html,
    Format.TXT: as_text,
}
"""The text of a report in each format."""
