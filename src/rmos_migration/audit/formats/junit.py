"""JUnit XML, as build servers read it: a suite a family, a case a rule."""

from collections.abc import Iterable
from itertools import groupby
from xml.etree import ElementTree as ET

from ..result import AuditResult, Verdict
from ..rule import Finding


def as_junit(result: AuditResult) -> str:
    """The result as a JUnit XML document.

    A rule fails its case with every finding if one of them fails the audit; findings that do not are the case's output.
    A rule that could not be run is an error.
    """
    root = ET.Element(
        "testsuites", name=_safe(f"rmos audit {result.database}"), time=f"{result.duration_seconds:.3f}"
    )
    for family, verdicts in groupby(result.verdicts, key=lambda verdict: verdict.family):
        _suite(root, family, list(verdicts), result)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False)


def _suite(root: ET.Element, family: str, verdicts: list[Verdict], result: AuditResult) -> None:
    failed = [verdict for verdict in verdicts if result.is_failure(verdict) and not verdict.trouble]
    troubled = [verdict for verdict in verdicts if verdict.trouble]
    suite = ET.SubElement(
        root,
        "testsuite",
        name=family,
        tests=str(len(verdicts)),
        failures=str(len(failed)),
        errors=str(len(troubled)),
        skipped="0",
        timestamp=result.started_at[:19],
    )
    for verdict in verdicts:
        case = ET.SubElement(suite, "testcase", classname=f"rmos.audit.{family}", name=verdict.rule.code)
        text = _safe("\n".join(_lines(verdict.findings)))
        if verdict.trouble:
            error = ET.SubElement(
                case, "error", message=_safe(f"the rule could not be run: {verdict.trouble}")
            )
            error.text = text or None
        elif result.is_failure(verdict):
            message = f"{len(verdict.findings)} findings: {verdict.rule.hint}"
            ET.SubElement(case, "failure", message=message, type=verdict.rule.severity.value).text = text
        elif verdict.findings:
            ET.SubElement(case, "system-out").text = text


def _lines(findings: Iterable[Finding]) -> Iterable[str]:
    return (
        f"{finding.place}: {finding.message}" if finding.place else finding.message for finding in findings
    )


def _safe(text: str) -> str:
    """Text with characters that XML cannot hold written as escapes."""
    return "".join(
        character
        if character in "\t\n\r"
        or (character >= " " and not "\ud800" <= character <= "\udfff" and character not in "\ufffe\uffff")
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )
