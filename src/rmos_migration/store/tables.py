"""Every table, once. The migrations build them; a test compares the two."""

import re
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeEngine

from ..entities import ENTITIES
from .columns import checked_type

metadata = MetaData()

Real: TypeEngine[float] = Double()
"""A double on every database."""

Long = BigInteger()
"""64 bits on every database; SQLite's INTEGER has them already."""


def _json(name: str, *, required: bool = False) -> Column[str]:
    rule = f"json_valid({name})" if required else f"{name} IS NULL OR json_valid({name})"
    return Column(name, Text, CheckConstraint(rule), nullable=not required)


def _bounded(name: str, kind: Any, rule: str) -> Column[Any]:
    return Column(name, kind, CheckConstraint(f"{name} IS NULL OR {name} {rule}"))


_STRICT: dict[str, Any] = {"sqlite_strict": True}
_CLUSTERED: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}

strip_families = Table(
    "strip_families",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text),
    _bounded("width_mm", Real, "> 0"),
    _bounded("thickness_mm", Real, "> 0"),
    Column("material_type", Text),
    _json("strips_json", required=True),
    _json("metadata_json"),
    _json("extra_json"),
    Column("created_at", Text),
    Column("updated_at", Text),
    Index("idx_strip_families_created", "created_at", "id"),
    **_STRICT,
)

patterns = Table(
    "patterns",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text),
    Column("pattern_type", Text, nullable=False),
    _bounded("ring_count", Long, ">= 1"),
    _json("geometry_json", required=True),
    Column("strip_family_id", Text, ForeignKey("strip_families.id")),
    _json("metadata_json"),
    _json("extra_json"),
    Column("created_at", Text),
    Column("updated_at", Text),
    Index("idx_patterns_strip_family", "strip_family_id"),
    Index("idx_patterns_created", "created_at", "id"),
    **_STRICT,
)

joblogs = Table(
    "joblogs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job_type", Text, nullable=False),
    Column(
        "status",
        Text,
        CheckConstraint(
            "status IN ('planned', 'pending', 'running', 'completed', 'failed', 'cancelled', 'unknown')"
        ),
        nullable=False,
    ),
    Column("pattern_id", Text, ForeignKey("patterns.id")),
    Column("strip_family_id", Text, ForeignKey("strip_families.id")),
    Column("start_time", Text),
    Column("end_time", Text),
    _bounded("duration_seconds", Real, ">= 0"),
    _json("parameters_json", required=True),
    _json("results_json"),
    _json("metadata_json"),
    _json("extra_json"),
    Column("created_at", Text),
    Column("updated_at", Text),
    Index("idx_joblogs_pattern", "pattern_id"),
    Index("idx_joblogs_strip_family", "strip_family_id"),
    Index("idx_joblogs_status", "status"),
    Index("idx_joblogs_created", "created_at", "id"),
    **_STRICT,
)

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("applied_at", Text, nullable=False),
    Column("description", Text),
    **_STRICT,
)

runs = Table(
    "migration_runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
    Column(
        "status",
        Text,
        CheckConstraint(
            "status IN ('running', 'completed', 'completed_with_rejects', "
            "'failed', 'interrupted', 'rolled_back')"
        ),
        nullable=False,
    ),
    Column("source", Text, nullable=False),
    Column("dry_run", Integer, nullable=False),
    _json("options_json", required=True),
    Column("tool_version", Text, nullable=False),
    _json("counts_json"),
    Column("duration_seconds", Real),
    Column("location", Text),
    Column("stopped_by", Text),
    **_STRICT,
)

sources = Table(
    "migration_sources",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("location", Text, nullable=False, unique=True),
    **_STRICT,
)

KEPT_OUT = text("outcome IN ('conflict', 'rejected')")
"""Ledger entries of documents that are in no row; only a query that says it in these words uses the index."""

ledger = Table(
    "migration_ledger",
    metadata,
    Column("source_id", Integer, ForeignKey("migration_sources.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("pointer", Text, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("record_id", Text),
    Column("generation", Text),
    Column(
        "outcome",
        Text,
        CheckConstraint("outcome IN ('migrated', 'unchanged', 'conflict', 'rejected')"),
        nullable=False,
    ),
    Column("code", Text),
    _json("derived"),
    Column("run_id", Integer, ForeignKey("migration_runs.id")),
    Column("file_sha256", Text),
    Column("content_sha256", Text),
    Column("size_bytes", Long),
    Column("mtime_ns", Long),
    Index("idx_ledger_record", "entity", "record_id"),
    Index("idx_ledger_kept_out", "code", sqlite_where=KEPT_OUT),
    **_CLUSTERED,
)

diagnostics = Table(
    "migration_diagnostics",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("migration_runs.id"), nullable=False),
    Column("path", Text, nullable=False),
    Column("pointer", Text, nullable=False),
    Column("line", Integer),
    Column("column", Integer),
    Column("code", Text, nullable=False),
    Column("severity", Text, CheckConstraint("severity IN ('info', 'warning', 'error')"), nullable=False),
    Column("message", Text, nullable=False),
    Column("hint", Text),
    Column("document", Text, nullable=False, server_default=""),
    Index("idx_diagnostics_run", "run_id", "path"),
    **_STRICT,
)

rejects = Table(
    "migration_rejects",
    metadata,
    Column("source_id", Integer, ForeignKey("migration_sources.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("pointer", Text, primary_key=True),
    Column("run_id", Integer, ForeignKey("migration_runs.id"), nullable=False),
    Column("code", Text, nullable=False),
    Column("body", LargeBinary),
    **_STRICT,
)

pending_references = Table(
    "migration_pending_references",
    metadata,
    Column("entity", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("target_id", Text, nullable=False),
    Index("idx_pending_target", "target_id"),
    **_CLUSTERED,
)


def _allowed(column: Column[Any]) -> tuple[str, ...]:
    """Return the words in a column's rule ``IN ('this', 'that')``."""
    rules = [str(rule.sqltext) for rule in column.constraints if isinstance(rule, CheckConstraint)]
    return tuple(word for rule in rules if " IN (" in rule for word in re.findall(r"'(\w+)'", rule))


def _checked_types() -> dict[str, TypeEngine[Any]]:
    """Give every column a type that checks what is read; returns them by table and column."""
    types: dict[str, TypeEngine[Any]] = {}
    for table in metadata.sorted_tables:
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            required = not column.nullable
            types[name] = checked_type(name, column.type, required=required, allowed=_allowed(column))
            column.type = types[name]
    return types


CHECKED_TYPES = _checked_types()
"""The type of each column, by ``table.column``."""

ENTITY_TABLES = {entity.name: metadata.tables[entity.name] for entity in ENTITIES}
"""The table of each entity, by its name."""
