"""One export: a folder, a transaction, a result."""

from pathlib import Path

from ..sources.legacy_folder import refuse_inside
from ..store import ledger
from ..store.port import DatabasePort
from .canonical import export_canonical
from .outcome import Count, ExportFormat, ExportResult
from .source import export_source
from .writing import finish_folder, prepare_folder


def run(database: DatabasePort, folder: Path, chosen: ExportFormat) -> ExportResult:
    """Write a database into a new folder; what is written to the database meanwhile is not in it.

    Raises:
        UsageError: if the folder is not empty, or lies in a legacy folder.
        DatabaseUnusable: if there is no current database.
        EnvironmentFailure: if a file cannot be written; what was written so far stays.
    """
    count = Count()
    with database.read() as snapshot:
        refuse_inside(folder, ledger.locations(snapshot))
        permissions = database.permissions()
        count.permissions = permissions
        prepare_folder(folder, permissions)
        if chosen is ExportFormat.CANONICAL:
            export_canonical(snapshot, folder, count)
        else:
            export_source(snapshot, folder, count)
        finish_folder(folder)
    return count.result(chosen, folder)
