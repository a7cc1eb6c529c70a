"""Where a run read, what stopped it, and which document a diagnostic is about.

Revision: 0003
"""

from alembic import op
from sqlalchemy import Column, Text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_LOCATION = """
UPDATE migration_runs SET location = (
    SELECT migration_sources.location FROM migration_sources
    JOIN migration_ledger ON migration_ledger.source_id = migration_sources.id
    WHERE migration_ledger.run_id = migration_runs.id LIMIT 1)
"""

_DOCUMENT = """
UPDATE migration_diagnostics SET document = coalesce((
    SELECT known.pointer FROM migration_ledger AS known
    WHERE known.source_id IN (SELECT id FROM migration_sources) AND known.path = migration_diagnostics.path
      AND (known.pointer = migration_diagnostics.pointer
           OR substr(migration_diagnostics.pointer, 1, length(known.pointer) + 1) = known.pointer || '/')
    ORDER BY length(known.pointer) DESC LIMIT 1), pointer)
"""
"""The nearest document above, as the ledger knows it now; each source is named, so that its index is used."""


def upgrade() -> None:
    op.add_column("migration_runs", Column("location", Text))
    op.add_column("migration_runs", Column("stopped_by", Text))
    op.add_column("migration_diagnostics", Column("document", Text, nullable=False, server_default=""))
    op.execute(_LOCATION)
    op.execute(_DOCUMENT)
