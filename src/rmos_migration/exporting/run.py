"""One export: a folder, a transaction, a result."""

from pathlib import Path

from ..store.database import Database
from .canonical import export_canonical
from .outcome import Count, ExportResult, Format
from .source import export_source
from .writing import prepare_folder


def run(database: Database, folder: Path, chosen: Format) -> ExportResult:
    """Write a database into a new folder; what is written to the database meanwhile is not in it.

    Raises:
        UsageError: if the folder is not empty.
        DatabaseUnusable: if there is no current database.
        EnvironmentFailure: if a file cannot be written; what was written so far stays.
    """
    count = Count()
    with database.reader() as connection, connection.begin():
        prepare_folder(folder)
        if chosen is Format.CANONICAL:
            export_canonical(connection, folder, count)
        else:
            export_source(connection, folder, count)
    return count.result(chosen, folder)
