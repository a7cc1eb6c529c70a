"""An audit from start to finish: which rules, what they find in the database, and what of it was known before."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from .. import __version__
from ..diagnostics import Severity
from ..entities import ENTITIES
from ..errors import DatabaseUnusable
from ..migrate.gc_pause import fewer_garbage_collections
from ..store import checks, records, schema, structure
from ..store.failures import driver_errors_as_ours
from ..store.model import now
from ..store.port import DatabasePort, never
from .result import AuditResult, Verdict
from .rows import Reader
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
    """Look at a database, rule by rule, and change nothing.

    Args:
        database: the database.
        rules: codes of rules or names of families; all, if none is named.
        skip: those to leave out.
        fail_on: the least severity that fails the audit.
        known: fingerprints of findings to silence.
        is_stopped: ends what is asked of the database; rules that are not through by then count as not run.

    Raises:
        UsageError: if there is no such rule or family.
        DatabaseUnusable: if the database is absent, newer, another program's, or cannot be opened.
    """
    families = chosen(rules, skip)
    every = [rule for family in families for rule in family.rules]
    started_at, began = now(), time.perf_counter()
    was_locked = database.is_running()
    looked = partial(_look, database, started_at, was_locked, is_stopped)
    with fewer_garbage_collections(), ThreadPoolExecutor(max_workers=1) as beside:
        rest = beside.submit(looked, [r for r in every if isinstance(r.check, DatabaseCheck)])
        of_rows = looked([r for r in every if not isinstance(r.check, DatabaseCheck)])
        of_whole = rest.result()
    return AuditResult(
        database=database.url,
        schema_version=of_rows.schema_version,
        tool_version=__version__,
        started_at=started_at,
        duration_seconds=time.perf_counter() - began,
        records=of_rows.records,
        verdicts=tuple(
            verdict
            for family in families
            for verdict in _verdicts(family, of_whole, of_rows, frozenset(known))
        ),
        fail_on=fail_on,
    )


def _verdicts(
    family: Family, of_whole: "_AuditPass", of_rows: "_AuditPass", known: frozenset[str]
) -> Iterator[Verdict]:
    for rule in family.rules:
        look = of_whole if isinstance(rule.check, DatabaseCheck) else of_rows
        found = _in_order(look.findings[rule.code])
        news = [finding for finding in found if finding.fingerprint not in known] if known else found
        silenced = [finding for finding in found if finding.fingerprint in known] if known else []
        yield Verdict(family.name, rule, news, silenced, look.troubles.get(rule.code, ""))


def _in_order(findings: list[Finding]) -> list[Finding]:
    """Put findings in an order that hangs on nothing but where they are: tables as they came, records and columns by name."""
    tables = {table: number for number, table in enumerate(dict.fromkeys(one.table for one in findings))}
    return sorted(findings, key=lambda one: (tables[one.table], one.record, one.column, one.message))


def _look(
    database: DatabasePort,
    now: str,
    was_locked: bool | None,
    is_stopped: Callable[[], bool],
    rules: list[Rule],
) -> "_AuditPass":
    """Let some rules look at the database, on a connection of their own.

    The checks of the whole are a few long queries, during which Python waits for SQLite; those of rows are Python's
    work. So the two are done side by side; where a run writes meanwhile, they may see different moments of it.
    """
    with database.open_unchecked(is_stopped=is_stopped) as snapshot:
        look = _AuditPass(Subject(database, snapshot.connection, now, was_locked), rules)
        look.at_whole()
        look.at_rows()
        look.count()
    return look


class _AuditPass:
    def __init__(self, subject: Subject, rules: list[Rule]) -> None:
        self.subject = subject
        self.rules = rules
        self.findings: dict[str, list[Finding]] = {rule.code: [] for rule in rules}
        self.troubles: dict[str, str] = {}
        self.records: dict[str, int] = {}
        self.schema_version = 0

    def at_whole(self) -> None:
        for rule in self.rules:
            if isinstance(rule.check, DatabaseCheck):
                try:
                    self._need(rule.check.reads)
                    with driver_errors_as_ours():
                        for flaw in rule.check.find(self.subject):
                            self._found(rule, flaw)
                except DatabaseUnusable as trouble:
                    self.troubles[rule.code] = trouble.message

    def at_rows(self) -> None:
        of_rows = [rule for rule in self.rules if not isinstance(rule.check, DatabaseCheck)]
        for entity in ENTITIES:
            reader = Reader(entity, of_rows, self.subject)
            if reader.is_idle:
                continue
            try:
                self._need((entity.name,))
                self._read(reader)
            except DatabaseUnusable as trouble:
                for rule in of_rows:
                    self.troubles.setdefault(rule.code, trouble.message)

    def count(self) -> None:
        with suppress(DatabaseUnusable), driver_errors_as_ours():
            self.schema_version = schema.version_of(self.subject.connection)
            self._need(entity.name for entity in ENTITIES)  # a view in a table's place may have no end
            self.records = records.entity_counts(self.subject.connection)

    def _read(self, reader: Reader) -> None:
        """Read an entity's rows; again, more slowly, if their text is broken."""
        for tolerant in (False, True):
            found: list[tuple[Rule, Violation]] = []
            try:
                with driver_errors_as_ours():
                    rows = checks.stream_rows(self.subject.connection, reader.entity, tolerant=tolerant)
                    reader.read(rows, found)
            except DatabaseUnusable:
                if tolerant:
                    raise
            else:
                break
        for rule, flaw in found:
            self._found(rule, flaw)

    def _need(self, tables: Iterable[str]) -> None:
        """Raise DatabaseUnusable unless these tables are there with all their columns."""
        with driver_errors_as_ours():
            there = self.subject.structure.tables
        expected = structure.expected().tables
        for name in tables:
            if name not in there or not set(expected[name].columns) <= set(there[name].columns):
                raise DatabaseUnusable(f"the table {name} is not as it must be")

    def _found(self, rule: Rule, flaw: Violation) -> None:
        self.findings[rule.code].append(rule.finding(flaw))
