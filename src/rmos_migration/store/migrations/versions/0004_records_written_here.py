"""Ledger entries without a run, for records that are written one by one; indexes for the newest and those not loaded.

Revision: 0004
"""

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, Text, text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Long = BigInteger().with_variant(Integer(), "sqlite")
_CLUSTERED: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}

_COLUMNS = (
    "source_id, path, pointer, entity, record_id, generation, outcome, code, derived, run_id, file_sha256, "
    "content_sha256, size_bytes, mtime_ns"
)


def upgrade() -> None:
    op.drop_index("idx_ledger_record", "migration_ledger")
    op.rename_table("migration_ledger", "migration_ledger_3")
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
        Column("derived", Text, CheckConstraint("derived IS NULL OR json_valid(derived)")),
        Column("run_id", Integer, ForeignKey("migration_runs.id")),
        Column("file_sha256", Text),
        Column("content_sha256", Text),
        Column("size_bytes", Long),
        Column("mtime_ns", Long),
        **_CLUSTERED,
    )
    op.execute(
        text(f"INSERT INTO migration_ledger ({_COLUMNS}) SELECT {_COLUMNS} FROM migration_ledger_3")  # noqa: S608
    )
    op.drop_table("migration_ledger_3")
    op.create_index("idx_ledger_record", "migration_ledger", ["entity", "record_id"])
    kept_out = text("outcome IN ('conflict', 'rejected')")
    op.create_index(
        "idx_ledger_kept_out", "migration_ledger", ["code"], sqlite_where=kept_out, postgresql_where=kept_out
    )
    for table in ("strip_families", "patterns", "joblogs"):
        op.create_index(f"idx_{table}_created", table, ["created_at", "id"])
