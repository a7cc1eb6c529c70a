"""JUnit XML for build servers: one suite per family, one case per rule."""

from collections.abc import Iterable
from itertools import groupby
from xml.etree import ElementTree as ET

from ..result import AuditResult, RuleResult
from ..rule import Finding


def as_junit(result: AuditResult) -> str:
    """Return the result as a JUnit XML document.

    A case fails with all findings of its rule if one of them fails the audit; other findings are the case's
    output. A rule that could not be run is an error.
    """
    root = ET.Element(
        "testsuites", name=_safe(f"rmos audit {result.database}"), time=f"{result.duration_seconds:.3f}"
    )
    for family, checked in groupby(result.rules, key=lambda rule_result: rule_result.family):
        _suite(root, family, list(checked), result)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False)


def _suite(root: ET.Element, family: str, checked: list[RuleResult], result: AuditResult) -> None:
    failed = [
        rule_result
        for rule_result in checked
        if result.is_failure(rule_result) and not rule_result.not_run_reason
    ]
    not_run = [rule_result for rule_result in checked if rule_result.not_run_reason]
    suite = ET.SubElement(
        root,
        "testsuite",
        name=family,
        tests=str(len(checked)),
        failures=str(len(failed)),
        errors=str(len(not_run)),
        skipped="0",
        timestamp=result.started_at[:19],
    )
    for rule_result in checked:
        case = ET.SubElement(suite, "testcase", classname=f"rmos.audit.{family}", name=rule_result.rule.code)
        text = _safe("\n".join(_lines(rule_result.findings)))
        if rule_result.not_run_reason:
            error = ET.SubElement(
                case, "error", message=_safe(f"the rule could not be run: {rule_result.not_run_reason}")
            )
            error.text = text or None
        elif result.is_failure(rule_result):
            message = f"{len(rule_result.findings)} findings: {rule_result.rule.hint}"
            ET.SubElement(case, "failure", message=message, type=rule_result.rule.severity.value).text = text
        elif rule_result.findings:
            ET.SubElement(case, "system-out").text = text


def _lines(findings: Iterable[Finding]) -> Iterable[str]:
    return (
        f"{finding.place}: {finding.message}" if finding.place else finding.message for finding in findings
    )


def _safe(text: str) -> str:
    """Return text in which characters that XML cannot hold are written as escapes."""
    return "".join(
        character
        if character in "\t\n\r"
        or (character >= " " and not "\ud800" <= character <= "\udfff" and character not in "\ufffe\uffff")
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )
