"""The section on an audit that was made together with the report."""

from collections.abc import Iterator
from typing import Any

from ...audit.rule import Finding
from ...presentation.plain_text import wrapped
from ...presentation.text import amount, brief
from ..model import Audit, Report
from .section import Section

_SHOWN_IN_TEXT = 10
_SHOWN_ON_PAGE = 100
"""Findings that are shown; how many more there are is always said."""


def _findings(audit: Audit) -> tuple[list[Finding], int]:
    """Return the findings but for documents not loaded, which have their own section, and their number."""
    others = [finding for finding in audit.findings if finding.code != "document-kept-out"]
    return others, len(audit.findings) - len(others)


def _lines(report: Report) -> Iterator[str]:
    audit = report.audit
    if audit is None:
        return
    yield from wrapped(
        f"{audit.rules_held} of {audit.rules} rules hold, {audit.rules_not_run} could not be run; "
        f"{amount(audit.errors, 'error')}, {amount(audit.warnings, 'warning')}."
    )
    findings, not_loaded = _findings(audit)
    if not_loaded:
        yield from wrapped(f"{amount(not_loaded, 'warning')}: documents that are not loaded.")
    for one in findings[:_SHOWN_IN_TEXT]:
        yield from wrapped(f"{one.severity} {one.code} {one.place}: {brief(one.message)}", hanging="    ")
    if len(findings) > _SHOWN_IN_TEXT:
        more = len(findings) - _SHOWN_IN_TEXT
        yield from wrapped(f"{amount(more, 'more finding')}; rmos audit shows them all.")


def _values(report: Report) -> dict[str, Any]:
    findings, not_loaded = _findings(report.audit) if report.audit else ([], 0)
    more = max(len(findings) - _SHOWN_ON_PAGE, 0)
    return {"findings": findings[:_SHOWN_ON_PAGE], "more": more, "not_loaded": not_loaded}


AUDIT = Section(
    "audit",
    "Audit",
    _lines,
    is_shown=lambda report: report.audit,
    detail=lambda report: "passed" if report.audit and report.audit.passed else "failed",
    values=_values,
)
