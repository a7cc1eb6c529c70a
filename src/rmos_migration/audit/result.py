"""What an audit came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from ..diagnostics import Severity
from .rule import Finding, Rule

SCHEMA = "rmos-migration/audit/1"


class RuleState(StrEnum):
    """How a rule fared."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


class Verdict(NamedTuple):
    """One rule's outcome. ``silenced`` findings were known before; ``trouble`` says why the rule could not be run."""

    family: str
    rule: Rule
    findings: Sequence[Finding]
    silenced: Sequence[Finding] = ()
    trouble: str = ""

    @property
    def state(self) -> RuleState:
        """Whether the rule holds."""
        if self.findings:
            return RuleState.FAILED
        return RuleState.NOT_RUN if self.trouble else RuleState.PASSED

    def as_json(self) -> dict[str, Any]:
        """The verdict as a JSON object, with every finding."""
        return {
            "family": self.family,
            "code": self.rule.code,
            "title": self.rule.title,
            "severity": self.rule.severity.value,
            "state": self.state.value,
            "trouble": self.trouble,
            "findings": [finding.as_json() for finding in self.findings],
            "silenced": [finding.as_json() for finding in self.silenced],
        }


@dataclass(frozen=True)
class AuditResult:
    """The result of an audit: a verdict for every rule that was asked for.

    ``records`` counts the rows of each entity; ``fail_on`` is the least severity that fails the audit. ``database`` is
    a URL, times are UTC, ``duration_seconds`` is the audit's own.
    """

    database: str
    schema_version: int
    tool_version: str
    started_at: str
    duration_seconds: float
    records: Mapping[str, int]
    verdicts: tuple[Verdict, ...]
    fail_on: Severity = Severity.ERROR

    @property
    def findings(self) -> list[Finding]:
        """Every finding that was not known before, in the order of the rules."""
        return [finding for verdict in self.verdicts for finding in verdict.findings]

    @property
    def silenced(self) -> list[Finding]:
        """Every finding that the baseline knows."""
        return [finding for verdict in self.verdicts for finding in verdict.silenced]

    @property
    def passed(self) -> bool:
        """Whether every rule could be run, and none that counts found anything."""
        return not any(self.is_failure(verdict) for verdict in self.verdicts)

    def is_failure(self, verdict: Verdict) -> bool:
        """Whether a verdict alone fails the audit."""
        return bool(verdict.trouble) or any(self.counts(finding) for finding in verdict.findings)

    def counts(self, finding: Finding) -> bool:
        """Whether a finding is severe enough to fail the audit."""
        ranks = list(Severity)
        return ranks.index(finding.severity) >= ranks.index(self.fail_on)

    def number(self, severity: Severity) -> int:
        """How many findings there are of one severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """The result as one JSON document, schema ``rmos-migration/audit/1``; it serves as a baseline, too."""
        return {
            "schema": SCHEMA,
            "passed": self.passed,
            "fail_on": self.fail_on.value,
            "database": self.database,
            "schema_version": self.schema_version,
            "tool_version": self.tool_version,
            "started_at": self.started_at,
            "duration_seconds": round(self.duration_seconds, 3),
            "records": dict(self.records),
            "errors": self.number(Severity.ERROR),
            "warnings": self.number(Severity.WARNING),
            "silenced": len(self.silenced),
            "rules": [verdict.as_json() for verdict in self.verdicts],
        }
