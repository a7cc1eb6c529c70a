"""An audit from start to finish: which rules, in one look at the database, against what was known before."""

import time
from collections.abc import Collection, Iterable
from contextlib import suppress

from .. import __version__
from ..diagnostics import Severity
from ..entities import ENTITIES
from ..errors import DatabaseUnusable
from ..store import queries, runs, schema, soundness, structure
from ..store.database import Database
from ..store.failures import damage_as_unusable
from ..store.lock import is_locked
from .result import AuditResult, Verdict
from .rows import Reader
from .rule import Family, Finding, Flaw, Rule, Subject, Whole
from .rules import FAMILIES, chosen


def audit_database(
    database: Database,
    *,
    rules: Collection[str] = (),
    skip: Collection[str] = (),
    fail_on: Severity = Severity.ERROR,
    known: Collection[str] = (),
) -> AuditResult:
    """Look at a database, rule by rule, and change nothing.

    Args:
        database: the database.
        rules: codes of rules or names of families; all, if none is named.
        skip: those to leave out.
        fail_on: the least severity that fails the audit.
        known: fingerprints of findings to silence.

    Raises:
        UsageError: if there is no such rule or family.
        DatabaseUnusable: if the database is absent, newer, another program's, or cannot be opened.
    """
    families = chosen(rules, skip)
    started_at, began = runs.now(), time.perf_counter()
    was_locked = is_locked(database.path)
    with database.under_audit() as connection:
        subject = Subject(database, connection, started_at, was_locked or is_locked(database.path))
        audit = _Audit(subject, families)
        audit.run()
        version = schema.version_of(connection)
        return AuditResult(
            database=database.url,
            schema_version=version,
            tool_version=__version__,
            started_at=started_at,
            duration_seconds=time.perf_counter() - began,
            records=_counts(subject),
            verdicts=tuple(audit.verdicts(frozenset(known))),
            fail_on=fail_on,
        )


def _counts(subject: Subject) -> dict[str, int]:
    with suppress(DatabaseUnusable), damage_as_unusable():
        return queries.entity_counts(subject.connection)
    return {}


class _Audit:
    def __init__(self, subject: Subject, families: Iterable[Family]) -> None:
        self.subject = subject
        self.families = tuple(families)
        self.rules = [rule for family in self.families for rule in family.rules]
        self.findings: dict[str, list[Finding]] = {rule.code: [] for rule in self.rules}
        self.troubles: dict[str, str] = {}

    def run(self) -> None:
        for rule in self.rules:
            if isinstance(rule.check, Whole):
                self._look_at_whole(rule, rule.check)
        of_rows = [rule for rule in self.rules if not isinstance(rule.check, Whole)]
        for entity in ENTITIES:
            reader = Reader(entity, of_rows, self.subject)
            if reader.is_idle:
                continue
            try:
                self._need((entity.name,))
                with damage_as_unusable():
                    reader.read(soundness.rows(self.subject.connection, entity), self._found)
            except DatabaseUnusable as trouble:
                for rule in of_rows:
                    self.troubles.setdefault(rule.code, trouble.message)

    def verdicts(self, known: frozenset[str]) -> Iterable[Verdict]:
        for family in self.families:
            for rule in family.rules:
                found = self.findings[rule.code]
                news = [finding for finding in found if finding.fingerprint not in known] if known else found
                silenced = [finding for finding in found if finding.fingerprint in known] if known else []
                yield Verdict(family.name, rule, news, silenced, self.troubles.get(rule.code, ""))

    def _look_at_whole(self, rule: Rule, check: Whole) -> None:
        try:
            self._need(check.reads)
            with damage_as_unusable():
                for flaw in check.find(self.subject):
                    self._found(rule, flaw)
        except DatabaseUnusable as trouble:
            self.troubles[rule.code] = trouble.message

    def _need(self, tables: Iterable[str]) -> None:
        """Raise DatabaseUnusable unless these tables are there with all their columns."""
        with damage_as_unusable():
            there = self.subject.structure.tables
        for name in tables:
            if name not in there or not set(structure.expected().tables[name].columns) <= set(
                there[name].columns
            ):
                raise DatabaseUnusable(f"the table {name} is not as it must be")

    def _found(self, rule: Rule, flaw: Flaw) -> None:
        self.findings[rule.code].append(rule.finding(flaw))


__all__ = ["FAMILIES", "audit_database"]
