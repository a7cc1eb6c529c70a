"""The schema: its version and history, tables, columns, indexes, definitions."""

from collections.abc import Iterator

from ...diagnostics import Severity
from ...generations.times import is_instant
from ...store import schema, structure
from ..rule import DatabaseCheck, Family, Rule, Subject, Violation

_VERSIONS = "schema_version"


def _version_missing(subject: Subject) -> Iterator[Violation]:
    if _VERSIONS not in subject.structure.tables:
        yield Violation("there is no table schema_version", _VERSIONS)
    elif not schema.steps(subject.snapshot):
        yield Violation("schema_version holds no step", _VERSIONS)


def _outdated(subject: Subject) -> Iterator[Violation]:
    version = schema.version_of(subject.snapshot.connection)
    if 0 < version < schema.CURRENT_VERSION:
        yield Violation(f"the schema is {version}, this program's is {schema.CURRENT_VERSION}", _VERSIONS)


def _history(subject: Subject) -> Iterator[Violation]:
    steps = schema.steps(subject.snapshot)
    there = {step.version for step in steps}
    for version in sorted(set(range(1, max(there, default=0) + 1)) - there):
        yield Violation(f"step {version} is not recorded", _VERSIONS, str(version))
    for step in steps:
        if not is_instant(step.applied_at):
            yield Violation(
                f"step {step.version} was applied at {step.applied_at!r}, which is not a time",
                _VERSIONS,
                str(step.version),
            )
    mark = structure.mark_of_upgrades(subject.snapshot.connection)
    newest = f"{max(there, default=0):04}"
    if there and mark != newest:
        yield Violation(
            f"the upgrading remembers step {mark}, schema_version step {newest}", "alembic_version"
        )


def _tables(subject: Subject) -> Iterator[Violation]:
    for name in structure.expected().tables:
        if name != _VERSIONS and name not in subject.structure.tables:
            yield Violation(f"there is no table {name}", name)


def _columns(subject: Subject) -> Iterator[Violation]:
    for name, table in structure.expected().tables.items():
        there = subject.structure.tables.get(name)
        for column in table.columns:
            if there is not None and column not in there.columns:
                yield Violation(f"the table {name} has no column {column}", name, column=column)


def _definitions(subject: Subject) -> Iterator[Violation]:
    for name, table in structure.expected().tables.items():
        there = subject.structure.tables.get(name)
        if there is None or not set(table.columns) <= set(there.columns):
            continue
        for part in sorted(table.parts - there.parts):
            yield Violation(f"the definition of {name} lacks: {part}", name, part)
        for part in sorted(there.parts - table.parts):
            yield Violation(f"the definition of {name} has besides: {part}", name, part)


def _indexes(subject: Subject) -> Iterator[Violation]:
    for name, index in structure.expected().indexes.items():
        if name not in subject.structure.indexes and index.table in subject.structure.tables:
            named = ", which other programs know by this name" if name in structure.NAMED_INDEXES else ""
            yield Violation(f"there is no index {name}{named}", index.table, name)


def _index_definitions(subject: Subject) -> Iterator[Violation]:
    for name, index in structure.expected().indexes.items():
        there = subject.structure.indexes.get(name, index)
        if there != index:
            found = ", ".join(sorted(there.parts - index.parts))
            yield Violation(f"the index {name} is another: {found}", index.table, name)


def _triggers(subject: Subject) -> Iterator[Violation]:
    for name, table in subject.structure.triggers.items():
        yield Violation(f"the trigger {name} changes what is written to {table}", table, name)


def _views(subject: Subject) -> Iterator[Violation]:
    for name, kind in subject.structure.views.items():
        yield Violation(f"the {kind} {name} is not this program's", name)


_RESTORE = "restore a backup, or create the database again: rmos migrate into another file"

FAMILY = Family(
    "schema",
    "schema version, tables and indexes",
    (
        Rule(
            "schema-version-missing",
            Severity.ERROR,
            "The schema's version is recorded",
            "Without a version nobody can tell what the tables mean and which upgrade they need.",
            _RESTORE,
            DatabaseCheck(_version_missing),
        ),
        Rule(
            "schema-outdated",
            Severity.ERROR,
            "The schema is the one this program needs",
            "An earlier version of this program created the database; this one uses a newer schema.",
            "run: rmos init (a backup is made first)",
            DatabaseCheck(_outdated, (_VERSIONS,)),
        ),
        Rule(
            "schema-history",
            Severity.ERROR,
            "The schema's history is complete",
            "Every schema step leaves a row with its time. A gap means that somebody changed the history by"
            " hand.",
            _RESTORE,
            DatabaseCheck(_history, (_VERSIONS,)),
        ),
        Rule(
            "table-missing",
            Severity.ERROR,
            "Every table exists",
            "A table of the schema was dropped or renamed, with everything in it.",
            _RESTORE,
            DatabaseCheck(_tables),
        ),
        Rule(
            "column-missing",
            Severity.ERROR,
            "Every table has all its columns",
            "A column of the schema was dropped or renamed.",
            _RESTORE,
            DatabaseCheck(_columns),
        ),
        Rule(
            "table-changed",
            Severity.ERROR,
            "The tables are defined as they were created",
            "Types, checks, references and STRICT keep wrong values out. If a definition was changed, some"
            " may be in.",
            _RESTORE,
            DatabaseCheck(_definitions),
        ),
        Rule(
            "index-missing",
            Severity.ERROR,
            "Every index exists",
            "Without its indexes the database is correct but slow, and programs that name them fail.",
            "run: rmos audit --repair",
            DatabaseCheck(_indexes),
        ),
        Rule(
            "index-changed",
            Severity.ERROR,
            "The indexes are defined as they were created",
            "An index of a known name covers other columns than it should.",
            "drop it (DROP INDEX name), then run: rmos audit --repair",
            DatabaseCheck(_index_definitions),
        ),
        Rule(
            "trigger-found",
            Severity.ERROR,
            "No trigger changes what is written",
            "This program creates no triggers. A trigger may change or delete rows unnoticed, so nothing is"
            " written to a database that has one.",
            "find out who created it and what it did; then drop it (DROP TRIGGER name)",
            DatabaseCheck(_triggers),
        ),
        Rule(
            "view-found",
            Severity.ERROR,
            "Everything that looks like a table is one",
            "This program creates no views and no virtual tables. They show what is stored elsewhere or"
            " nowhere, and nothing is written to a database that has one.",
            "drop it (DROP VIEW name; a virtual table: DROP TABLE name); create it in a copy instead (rmos"
            " backup)",
            DatabaseCheck(_views),
        ),
    ),
)
