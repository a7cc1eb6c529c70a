"""Runs, sources, ledger, diagnostics, rejects, pending references.

Revision: 0002
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
    Integer,
    LargeBinary,
    Text,
)
from sqlalchemy.types import TypeEngine

Real: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")
Long = BigInteger().with_variant(Integer(), "sqlite")
_STRICT: dict[str, Any] = {"sqlite_strict": True}
_CLUSTERED: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}


def _json(name: str, *, required: bool = False) -> Column[str]:
    rule = f"json_valid({name})" if required else f"{name} IS NULL OR json_valid({name})"
    return Column(name, Text, CheckConstraint(rule), nullable=not required)


def _bounded(name: str, kind: Any, rule: str) -> Column[Any]:
    return Column(name, kind, CheckConstraint(f"{name} IS NULL OR {name} {rule}"))


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "migration_runs",
        Column("id", Integer, primary_key=True),
        Column("started_at", Text, nullable=False),
        Column("finished_at", Text),
        Column(
            "status",
            Text,
            CheckConstraint(
                "status IN ('running', 'completed', 'completed_with_rejects', 'failed', 'interrupted', 'rolled_back')"
            ),
            nullable=False,
        ),
        Column("source", Text, nullable=False),
        Column("dry_run", Integer, nullable=False),
        _json("options_json", required=True),
        Column("tool_version", Text, nullable=False),
        _json("counts_json"),
        Column("duration_seconds", Real),
        **_STRICT,
    )

    op.create_table(
        "migration_sources",
        Column("id", Integer, primary_key=True),
        Column("location", Text, nullable=False, unique=True),
        **_STRICT,
    )

    op.create_table(
        "migration_ledger",
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
        Column("run_id", Integer, ForeignKey("migration_runs.id"), nullable=False),
        Column("file_sha256", Text),
        Column("content_sha256", Text),
        Column("size_bytes", Long),
        Column("mtime_ns", Long),
        **_CLUSTERED,
    )
    op.create_index("idx_ledger_record", "migration_ledger", ["entity", "record_id"])

    op.create_table(
        "migration_diagnostics",
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
        **_STRICT,
    )
    op.create_index("idx_diagnostics_run", "migration_diagnostics", ["run_id", "path"])

    op.create_table(
        "migration_rejects",
        Column("source_id", Integer, ForeignKey("migration_sources.id"), primary_key=True),
        Column("path", Text, primary_key=True),
        Column("pointer", Text, primary_key=True),
        Column("run_id", Integer, ForeignKey("migration_runs.id"), nullable=False),
        Column("code", Text, nullable=False),
        Column("body", LargeBinary),
        **_STRICT,
    )

    op.create_table(
        "migration_pending_references",
        Column("entity", Text, primary_key=True),
        Column("record_id", Text, primary_key=True),
        Column("field", Text, primary_key=True),
        Column("target_id", Text, nullable=False),
        **_CLUSTERED,
    )
    op.create_index("idx_pending_target", "migration_pending_references", ["target_id"])
