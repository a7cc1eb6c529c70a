"""What an audit says, briefly and rule by rule."""

from ..audit.result import AuditResult, RuleResult
from ..audit.rules import FAMILIES
from ..diagnostics import Severity
from . import models

_TITLES = {family.name: family.title for family in FAMILIES}


def validation(result: AuditResult) -> models.Validation:
    """Return what an audit found, in numbers."""
    return models.Validation(
        errors=result.number(Severity.ERROR),
        warnings=result.number(Severity.WARNING),
        status=_health(result),
        checked_at=result.started_at,
    )


def rules_by_family(result: AuditResult) -> dict[str, list[RuleResult]]:
    """Return the results of the rules by the title of their family."""
    families: dict[str, list[RuleResult]] = {}
    for checked in result.rules:
        families.setdefault(_TITLES[checked.family], []).append(checked)
    return families


def _health(result: AuditResult) -> models.Health:
    if not result.passed:
        return "errors_detected"
    return "warnings" if result.number(Severity.WARNING) else "healthy"
