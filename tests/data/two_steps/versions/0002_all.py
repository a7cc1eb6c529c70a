"""Columns, one of them worked out from other tables; a table made anew, with its rows moved; indexes.

Revision: 0002
"""

from alembic import op
from sqlalchemy import Column, Text, text

from rmos_migration.store.tables import ledger

revision = "0002"
down_revision = "0001"
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

_COLUMNS = (
    "source_id, path, pointer, entity, record_id, generation, outcome, code, derived, run_id, file_sha256, "
    "content_sha256, size_bytes, mtime_ns"
)


def upgrade() -> None:
    _say_where_each_run_read()
    _say_which_document_each_diagnostic_is_about()
    _let_entries_have_no_run()
    for table in ("strip_families", "patterns", "joblogs"):
        op.create_index(f"idx_{table}_created", table, ["created_at", "id"])


def _say_where_each_run_read() -> None:
    op.add_column("migration_runs", Column("location", Text))
    op.add_column("migration_runs", Column("stopped_by", Text))
    connection = op.get_bind()
    locations = [{"run": run, "location": location} for run, location in connection.execute(text(_LOCATIONS))]
    if locations:
        connection.execute(text("UPDATE migration_runs SET location = :location WHERE id = :run"), locations)


def _say_which_document_each_diagnostic_is_about() -> None:
    op.add_column("migration_diagnostics", Column("document", Text, nullable=False, server_default=""))
    connection = op.get_bind()
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


def _let_entries_have_no_run() -> None:
    op.drop_index("idx_ledger_record", "migration_ledger")
    op.rename_table("migration_ledger", "migration_ledger_1")
    ledger.create(op.get_bind(), checkfirst=False)
    op.execute(f"INSERT INTO migration_ledger ({_COLUMNS}) SELECT {_COLUMNS} FROM migration_ledger_1")
    op.drop_table("migration_ledger_1")
