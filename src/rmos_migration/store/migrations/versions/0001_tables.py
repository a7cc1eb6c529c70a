"""All tables: the records, and the runs, ledger, diagnostics and rejects of the migration.

Revision: 0001
"""

from typing import Any

from alembic import op
from sqlalchemy import (
    REAL,
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
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A step stays as it was released. So it shares nothing with tables.py, which goes on changing.
_TABLES = MetaData()
_STRICT: dict[str, Any] = {"sqlite_strict": True}
_CLUSTERED: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}
Real: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")
Long = BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    connection = op.get_bind()
    for table in _TABLES.tables.values():
        connection.execute(CreateTable(table))
    for index in _INDEXES:
        connection.execute(CreateIndex(index))


def _json(name: str, *, required: bool = False) -> Column[str]:
    rule = f"json_valid({name})" if required else f"{name} IS NULL OR json_valid({name})"
    return Column(name, Text, CheckConstraint(rule), nullable=not required)


def _bounded(name: str, kind: Any, rule: str) -> Column[Any]:
    return Column(name, kind, CheckConstraint(f"{name} IS NULL OR {name} {rule}"))


_families = Table(
    "strip_families",
    _TABLES,
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
    **_STRICT,
)

_patterns = Table(
    "patterns",
    _TABLES,
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
    **_STRICT,
)

_joblogs = Table(
    "joblogs",
    _TABLES,
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
    **_STRICT,
)

Table(
    "schema_version",
    _TABLES,
    Column("version", Integer, primary_key=True),
    Column("applied_at", Text, nullable=False),
    Column("description", Text),
    **_STRICT,
)

Table(
    "migration_runs",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
    Column(
        "status",
        Text,
        CheckConstraint(
            "status IN ('running', 'completed', 'completed_with_rejects', 'failed', 'interrupted', "
            "'rolled_back')"
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

Table(
    "migration_sources",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("location", Text, nullable=False, unique=True),
    **_STRICT,
)

_ledger = Table(
    "migration_ledger",
    _TABLES,
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
    **_CLUSTERED,
)

_diagnostics = Table(
    "migration_diagnostics",
    _TABLES,
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
    **_STRICT,
)

Table(
    "migration_rejects",
    _TABLES,
    Column("source_id", Integer, ForeignKey("migration_sources.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("pointer", Text, primary_key=True),
    Column("run_id", Integer, ForeignKey("migration_runs.id"), nullable=False),
    Column("code", Text, nullable=False),
    Column("body", LargeBinary),
    **_STRICT,
)

_pending = Table(
    "migration_pending_references",
    _TABLES,
    Column("entity", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("target_id", Text, nullable=False),
    **_CLUSTERED,
)

_NOT_LOADED = text("outcome IN ('conflict', 'rejected')")

_INDEXES = (
    Index("idx_patterns_strip_family", _patterns.c.strip_family_id),
    Index("idx_joblogs_pattern", _joblogs.c.pattern_id),
    Index("idx_joblogs_strip_family", _joblogs.c.strip_family_id),
    Index("idx_joblogs_status", _joblogs.c.status),
    Index("idx_strip_families_created", _families.c.created_at, _families.c.id),
    Index("idx_patterns_created", _patterns.c.created_at, _patterns.c.id),
    Index("idx_joblogs_created", _joblogs.c.created_at, _joblogs.c.id),
    Index("idx_ledger_record", _ledger.c.entity, _ledger.c.record_id),
    Index("idx_ledger_kept_out", _ledger.c.code, sqlite_where=_NOT_LOADED, postgresql_where=_NOT_LOADED),
    Index("idx_diagnostics_run", _diagnostics.c.run_id, _diagnostics.c.path),
    Index("idx_pending_target", _pending.c.target_id),
)
"""In this order, because of two that serve a query equally well SQLite takes the one that was made last."""
