"""One export: a folder, a transaction, a result."""

from pathlib import Path

from ..permissions import permissions_of
from ..sources.legacy_folder import refuse_inside
from ..store import exporting
from ..store.database import SqliteDatabase
from .canonical import export_canonical
from .outcome import Count, ExportFormat, ExportResult
from .source import export_source
from .writing import finish_folder, prepare_folder


def run(database: SqliteDatabase, folder: Path, chosen: ExportFormat) -> ExportResult:
    """Write a database into a new folder; what is written to the database meanwhile is not in it.

    Raises:
        UsageError: if the folder is not empty, or lies in a legacy folder.
        DatabaseUnusable: if there is no current database.
        EnvironmentFailure: if a file cannot be written; what was written so far stays.
    """
    count = Count()
    with database.reader() as connection, connection.begin():
        refuse_inside(folder, exporting.locations(connection))
        permissions = permissions_of(database.path)
        count.permissions = permissions
        prepare_folder(folder, permissions)
        if chosen is ExportFormat.CANONICAL:
            export_canonical(connection, folder, count)
        else:
            export_source(connection, folder, count)
        finish_folder(folder)
    return count.result(chosen, folder)
