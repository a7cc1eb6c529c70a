"""Strip families, patterns, joblogs.

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
    Integer,
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


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "strip_families",
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

    op.create_table(
        "patterns",
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
    op.create_index("idx_patterns_strip_family", "patterns", ["strip_family_id"])

    op.create_table(
        "joblogs",
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
    op.create_index("idx_joblogs_pattern", "joblogs", ["pattern_id"])
    op.create_index("idx_joblogs_strip_family", "joblogs", ["strip_family_id"])
    op.create_index("idx_joblogs_status", "joblogs", ["status"])

    op.create_table(
        "schema_version",
        Column("version", Integer, primary_key=True),
        Column("applied_at", Text, nullable=False),
        Column("description", Text),
        **_STRICT,
    )
