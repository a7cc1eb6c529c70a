"""SARIF 2.1.0, as code hosts and their viewers read it."""

from typing import Any
from urllib.parse import quote

from ...diagnostics import Severity
from ..result import AuditResult, Verdict
from ..rule import Finding

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(result: AuditResult) -> dict[str, Any]:
    """The result as a SARIF log with one run: a descriptor a rule, a result a finding.

    Findings that the baseline knows are results with a suppression. A rule that could not be run is a notification.
    """
    rules = [_descriptor(verdict) for verdict in result.verdicts]
    results = [
        _result(finding, index, _uri(result), is_known=is_known)
        for index, verdict in enumerate(result.verdicts)
        for is_known, findings in ((False, verdict.findings), (True, verdict.silenced))
        for finding in findings
    ]
    troubles = [verdict for verdict in result.verdicts if verdict.trouble]
    invocation: dict[str, Any] = {
        "executionSuccessful": not troubles,
        "startTimeUtc": result.started_at,
    }
    if troubles:
        invocation["toolExecutionNotifications"] = [_notification(verdict) for verdict in troubles]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "rmos-migration", "version": result.tool_version, "rules": rules}
                },
                "invocations": [invocation],
                "artifacts": [{"location": {"uri": _uri(result)}}],
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }


def _uri(result: AuditResult) -> str:
    """The database's file, as a viewer of SARIF finds it."""
    return quote(result.database.removeprefix("sqlite:///"), errors="backslashreplace")


def _descriptor(verdict: Verdict) -> dict[str, Any]:
    rule = verdict.rule
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.explanation},
        "help": {"text": rule.hint},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"family": verdict.family},
    }


def _result(finding: Finding, rule_index: int, uri: str, *, is_known: bool) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": uri, "index": 0}}}
    if finding.place:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.place, "kind": "resource"}]
    made: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message}. What to do: {finding.hint}"},
        "locations": [location],
        "partialFingerprints": {"rmosFinding/v1": finding.fingerprint},
    }
    if is_known:
        made["suppressions"] = [{"kind": "external"}]
    return made


def _notification(verdict: Verdict) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": f"the rule could not be run: {verdict.trouble}"},
        "associatedRule": {"id": verdict.rule.code},
    }
