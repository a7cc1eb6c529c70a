"""The report for programs: everything, in one JSON document."""

from typing import Any

from ..diagnostics import printable_json
from .report import Report


def as_json(report: Report) -> str:
    """The report as JSON text, schema ``rmos-migration/report/1`` (``json_schema``)."""
    return printable_json(report.model_dump_json(indent=2)) + "\n"


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a report, as ``docs/report.schema.json`` publishes it."""
    schema = Report.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
