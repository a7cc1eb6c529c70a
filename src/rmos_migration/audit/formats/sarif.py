"""SARIF 2.1.0 for code hosts and viewers."""

from typing import Any
from urllib.parse import quote

from ...diagnostics import Severity
from ..result import AuditResult, RuleResult
from ..rule import Finding

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(result: AuditResult) -> dict[str, Any]:
    """Return the result as a SARIF log with one run: one descriptor per rule, one result per finding.

    Findings that the baseline knows are suppressed results. A rule that could not be run is a notification.
    """
    rules = [_descriptor(rule_result) for rule_result in result.rules]
    results = [
        _result(finding, index, _uri(result), is_known=is_known)
        for index, rule_result in enumerate(result.rules)
        for is_known, findings in ((False, rule_result.findings), (True, rule_result.silenced))
        for finding in findings
    ]
    not_run = [rule_result for rule_result in result.rules if rule_result.not_run_reason]
    invocation: dict[str, Any] = {
        "executionSuccessful": not not_run,
        "startTimeUtc": result.started_at,
    }
    if not_run:
        invocation["toolExecutionNotifications"] = [_notification(rule_result) for rule_result in not_run]
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
    """Return the database's file as a URI."""
    return quote(result.database.removeprefix("sqlite:///"), errors="backslashreplace")


def _descriptor(rule_result: RuleResult) -> dict[str, Any]:
    rule = rule_result.rule
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.explanation},
        "help": {"text": rule.hint},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"family": rule_result.family},
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


def _notification(rule_result: RuleResult) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": f"the rule could not be run: {rule_result.not_run_reason}"},
        "associatedRule": {"id": rule_result.rule.code},
    }
