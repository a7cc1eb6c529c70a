"""What the program's own first step makes, without what the second step here adds.

Revision: 0001
"""

import runpy
from pathlib import Path

from alembic import op

from rmos_migration.store import schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ADDED_LATER = (
    "ALTER TABLE migration_runs DROP COLUMN location",
    "ALTER TABLE migration_runs DROP COLUMN stopped_by",
    "ALTER TABLE migration_diagnostics DROP COLUMN document",
    "DROP INDEX idx_ledger_kept_out",
    "DROP INDEX idx_strip_families_created",
    "DROP INDEX idx_patterns_created",
    "DROP INDEX idx_joblogs_created",
)


def upgrade() -> None:
    (step,) = Path(schema.__file__).parent.glob("migrations/versions/0001_*.py")
    first = runpy.run_path(str(step))
    first["_TABLES"].tables["migration_ledger"].c.run_id.nullable = False
    first["upgrade"]()
    for statement in _ADDED_LATER:
        op.execute(statement)
