"""The result of an audit, and the findings of an earlier one that serve as a baseline."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from ..diagnostics import Severity
from ..errors import EnvironmentFailure, UsageError
from .rule import Finding, Rule

SCHEMA = "rmos-migration/audit/1"


class RuleState(StrEnum):
    """Whether a rule holds."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


class RuleResult(NamedTuple):
    """What one rule found.

    ``silenced`` are findings of the baseline; ``not_run_reason`` says why the rule could not be run, if so.
    """

    family: str
    rule: Rule
    findings: Sequence[Finding]
    silenced: Sequence[Finding] = ()
    not_run_reason: str = ""

    @property
    def state(self) -> RuleState:
        """Whether the rule holds."""
        if self.findings:
            return RuleState.FAILED
        return RuleState.NOT_RUN if self.not_run_reason else RuleState.PASSED

    def as_json(self) -> dict[str, Any]:
        """Return the result as a JSON object, with every finding."""
        return {
            "family": self.family,
            "code": self.rule.code,
            "title": self.rule.title,
            "severity": self.rule.severity.value,
            "state": self.state.value,
            "trouble": self.not_run_reason,
            "findings": [finding.as_json() for finding in self.findings],
            "silenced": [finding.as_json() for finding in self.silenced],
        }


@dataclass(frozen=True)
class AuditResult:
    """The result of an audit: what every selected rule found.

    ``records`` counts the rows of each entity; ``fail_on`` is the lowest severity that fails the audit.
    ``database`` is a URL, times are UTC, ``duration_seconds`` is the time that the audit took.
    """

    database: str
    schema_version: int
    tool_version: str
    started_at: str
    duration_seconds: float
    records: Mapping[str, int]
    rules: tuple[RuleResult, ...]
    fail_on: Severity = Severity.ERROR

    @property
    def findings(self) -> list[Finding]:
        """Every finding that the baseline does not know, in the order of the rules."""
        return [finding for rule_result in self.rules for finding in rule_result.findings]

    @property
    def silenced(self) -> list[Finding]:
        """Every finding that the baseline knows."""
        return [finding for rule_result in self.rules for finding in rule_result.silenced]

    @property
    def passed(self) -> bool:
        """Whether every rule could be run and no finding counts."""
        return not any(self.is_failure(rule_result) for rule_result in self.rules)

    def is_failure(self, rule_result: RuleResult) -> bool:
        """Tell whether the result of one rule alone fails the audit."""
        return bool(rule_result.not_run_reason) or any(
            self.counts(finding) for finding in rule_result.findings
        )

    def counts(self, finding: Finding) -> bool:
        """Tell whether a finding is severe enough to fail the audit."""
        ranks = list(Severity)
        return ranks.index(finding.severity) >= ranks.index(self.fail_on)

    def number(self, severity: Severity) -> int:
        """Return the number of findings of one severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return the result as one JSON document, schema ``rmos-migration/audit/1``; a baseline, too."""
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
            "rules": [rule_result.as_json() for rule_result in self.rules],
        }


def known_findings(path: Path) -> frozenset[str]:
    """Return the fingerprints of all findings in a saved result, including those silenced then.

    Raises:
        UsageError: if the file is not such a result.
        EnvironmentFailure: if it cannot be read.
    """
    hint = "make one: rmos audit --format json --output known.json"
    try:
        saved = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"there is no baseline {path}", hint) from None
    except OSError as error:
        raise EnvironmentFailure(f"cannot read {path}: {error.strerror}", "check its permissions") from error
    except (ValueError, RecursionError):
        raise UsageError(f"the baseline {path} is not JSON", hint) from None
    if not isinstance(saved, dict) or saved.get("schema") != SCHEMA:
        raise UsageError(f"the baseline {path} is not the result of an audit", hint)
    try:
        return frozenset(
            finding["fingerprint"]
            for rule in saved["rules"]
            for finding in [*rule["findings"], *rule["silenced"]]
        )
    except (KeyError, TypeError):
        raise UsageError(f"the baseline {path} is not a complete result of an audit", hint) from None
