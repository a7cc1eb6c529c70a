"""An audit from start to finish: which rules run, what they find, and which findings the baseline knows."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from .._version import __version__
from ..diagnostics import Severity
from ..entities import ENTITIES
from ..errors import DatabaseUnusable
from ..migrate.gc_pause import fewer_garbage_collections
from ..store import checks, records, schema, structure
from ..store.failures import driver_errors_as_ours
from ..store.model import now
from ..store.port import DatabasePort, never
from .result import AuditResult, RuleResult
from .rows import RowChecker
from .rule import DatabaseCheck, Family, Finding, Rule, Subject, Violation
from .rules import chosen


def audit_database(
    database: DatabasePort,
    *,
    rules: Collection[str] = (),
    skip: Collection[str] = (),
    fail_on: Severity = Severity.ERROR,
    known: Collection[str] = (),
    is_stopped: Callable[[], bool] = never,
) -> AuditResult:
    """Check a database rule by rule, without changing it.

    Args:
        database: the database.
        rules: codes of rules or names of families; all rules if empty.
        skip: codes and families to leave out.
        fail_on: the lowest severity that fails the audit.
        known: fingerprints of findings to silence.
        is_stopped: interrupts the queries once it returns True; rules unfinished by then count as not run.

    Raises:
        UsageError: if a rule or family is unknown.
        DatabaseUnusable: if the database is missing, newer, another program's, or cannot be opened.
    """
    families = chosen(rules, skip)
    every = [rule for family in families for rule in family.rules]
    started_at, began = now(), time.perf_counter()
    run_pass = partial(_run_pass, database, started_at, is_stopped)
    with fewer_garbage_collections(), ThreadPoolExecutor(max_workers=1) as executor:
        database_pass = executor.submit(run_pass, [r for r in every if isinstance(r.check, DatabaseCheck)])
        row_pass = run_pass([r for r in every if not isinstance(r.check, DatabaseCheck)])
        passes = (database_pass.result(), row_pass)
    return AuditResult(
        database=database.url,
        schema_version=row_pass.schema_version,
        tool_version=__version__,
        started_at=started_at,
        duration_seconds=time.perf_counter() - began,
        records=row_pass.records,
        rules=tuple(_rule_results(families, *passes, frozenset(known))),
        fail_on=fail_on,
    )


def _rule_results(
    families: list[Family], database_pass: "_AuditPass", row_pass: "_AuditPass", known: frozenset[str]
) -> Iterator[RuleResult]:
    for family in families:
        for rule in family.rules:
            one = database_pass if isinstance(rule.check, DatabaseCheck) else row_pass
            found = _in_order(one.findings[rule.code])
            new = [finding for finding in found if finding.fingerprint not in known] if known else found
            silenced = [finding for finding in found if finding.fingerprint in known] if known else []
            yield RuleResult(family.name, rule, new, silenced, one.not_run_reasons.get(rule.code, ""))


def _in_order(findings: list[Finding]) -> list[Finding]:
    """Sort findings by place alone: tables in the order found, records and columns by name."""
    tables = {table: number for number, table in enumerate(dict.fromkeys(one.table for one in findings))}
    return sorted(findings, key=lambda one: (tables[one.table], one.record, one.column, one.message))


def _run_pass(
    database: DatabasePort,
    now: str,
    is_stopped: Callable[[], bool],
    rules: list[Rule],
) -> "_AuditPass":
    """Run some rules on a connection of their own.

    Checks of the whole database are a few long queries, during which Python waits for SQLite; checks of rows
    are Python's own work. That is why the two run side by side. If a migration writes meanwhile, they may see
    different states of the database.
    """
    with database.open_unchecked(is_stopped=is_stopped) as snapshot:
        one = _AuditPass(Subject(database, snapshot, now), rules)
        one.check_database()
        one.check_rows()
        one.count_records()
    return one


class _AuditPass:
    def __init__(self, subject: Subject, rules: list[Rule]) -> None:
        self.subject = subject
        self.rules = rules
        self.findings: dict[str, list[Finding]] = {rule.code: [] for rule in rules}
        self.not_run_reasons: dict[str, str] = {}
        self.records: dict[str, int] = {}
        self.schema_version = 0

    def check_database(self) -> None:
        for rule in self.rules:
            if isinstance(rule.check, DatabaseCheck):
                try:
                    self._require(rule.check.reads)
                    with driver_errors_as_ours():
                        for violation in rule.check.find(self.subject):
                            self._add(rule, violation)
                except DatabaseUnusable as damage:
                    self.not_run_reasons[rule.code] = damage.message

    def check_rows(self) -> None:
        rules = [rule for rule in self.rules if not isinstance(rule.check, DatabaseCheck)]
        for entity in ENTITIES:
            checker = RowChecker(entity, rules, self.subject)
            if checker.is_idle:
                continue
            try:
                self._require((entity.name,))
                self._check_rows_of(checker)
            except DatabaseUnusable as damage:
                for rule in rules:
                    self.not_run_reasons.setdefault(rule.code, damage.message)

    def count_records(self) -> None:
        with suppress(DatabaseUnusable), driver_errors_as_ours():
            self.schema_version = schema.version_of(self.subject.snapshot.connection)
            self._require(entity.name for entity in ENTITIES)  # a view in place of a table may never end
            self.records = records.entity_counts(self.subject.snapshot)

    def _check_rows_of(self, checker: RowChecker) -> None:
        """Check an entity's rows; if their text is corrupt, again in a slower way that tolerates it."""
        for tolerant in (False, True):
            try:
                with driver_errors_as_ours():
                    rows = checks.stream_rows(self.subject.snapshot, checker.entity, tolerant=tolerant)
                    found = list(checker.violations(rows))
            except DatabaseUnusable:
                if tolerant:
                    raise
            else:
                break
        for rule, violation in found:
            self._add(rule, violation)

    def _require(self, tables: Iterable[str]) -> None:
        """Raise DatabaseUnusable unless these tables exist with all their columns."""
        with driver_errors_as_ours():
            there = self.subject.structure.tables
        expected = structure.expected().tables
        for name in tables:
            if name not in there or not set(expected[name].columns) <= set(there[name].columns):
                raise DatabaseUnusable(f"the table {name} is not as it must be")

    def _add(self, rule: Rule, violation: Violation) -> None:
        self.findings[rule.code].append(rule.finding(violation))
