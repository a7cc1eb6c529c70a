"""Where a run read, what stopped it, and which document a diagnostic is about.

Revision: 0003
"""

from alembic import op
from sqlalchemy import Column, Text, text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_LOCATIONS = """
SELECT read.run_id, migration_sources.location
  FROM (SELECT run_id, min(source_id) AS source_id FROM migration_ledger GROUP BY run_id) AS read
  JOIN migration_sources ON migration_sources.id = read.source_id
"""

_PLACES = """
SELECT path, pointer FROM migration_ledger WHERE path IN (SELECT path FROM migration_diagnostics)
"""


def upgrade() -> None:
    op.add_column("migration_runs", Column("location", Text))
    op.add_column("migration_runs", Column("stopped_by", Text))
    op.add_column("migration_diagnostics", Column("document", Text, nullable=False, server_default=""))
    connection = op.get_bind()
    locations = [{"run": run, "location": location} for run, location in connection.execute(text(_LOCATIONS))]
    if locations:
        connection.execute(text("UPDATE migration_runs SET location = :location WHERE id = :run"), locations)
    known = {(path, pointer) for path, pointer in connection.execute(text(_PLACES))}
    found = connection.execute(text("SELECT id, path, pointer FROM migration_diagnostics"))
    documents = [{"id": id_, "document": _document(path, pointer, known)} for id_, path, pointer in found]
    if documents:
        connection.execute(
            text("UPDATE migration_diagnostics SET document = :document WHERE id = :id"), documents
        )


def _document(path: str, pointer: str, known: set[tuple[str, str]]) -> str:
    """The nearest document at or above a pointer, as the ledger knows it now."""
    above = pointer
    while above and (path, above) not in known:
        above = above.rpartition("/")[0]
    return above if (path, above) in known else pointer
