"""What a report can be written as, and the schema of its JSON."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from ..diagnostics import printable_json
from .model import Report
from .page import as_html
from .plain import as_text


def as_json(report: Report) -> str:
    """Return the whole report as JSON text, schema ``rmos-migration/report/1`` (``json_schema``)."""
    return printable_json(report.model_dump_json(indent=2)) + "\n"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a report, as ``docs/report.schema.json`` publishes it."""
    schema = Report.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


class ReportFormat(StrEnum):
    """What a report can be written as."""

    JSON = "json"
    HTML = "html"
    TXT = "txt"


VIEWS: dict[ReportFormat, Callable[[Report], str]] = {
    ReportFormat.JSON: as_json,
    ReportFormat.HTML: as_html,
    ReportFormat.TXT: as_text,
}
"""The text of a report in each format."""
