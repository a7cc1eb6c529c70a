"""The report that ``rmos migrate --report`` writes; imported only then, because reports are large."""

from pathlib import Path

from ..files.permissions import Permissions
from ..migrate.summary import RunSummary
from ..reports.build import report_of_dry_run, report_of_run
from ..reports.files import check_folder, write_reports
from ..reports.recorder import RunRecorder
from ..settings import Settings
from ..store.database import database_at
from .result_files import keep_out_of_legacy_folders


def check_report_folder(folder: Path, settings: Settings) -> None:
    """Raise UsageError where the report cannot be, or must not."""
    check_folder(folder, settings.source)
    keep_out_of_legacy_folders(folder, settings)


def write_run_report(
    summary: RunSummary, recorder: RunRecorder, settings: Settings, folder: Path, permissions: Permissions
) -> list[Path]:
    """Write the report of the run that has just ended; return its files."""
    if summary.dry_run:
        report = report_of_dry_run(summary, recorder, settings.encoding)
    else:
        report = report_of_run(database_at(settings.database), summary.run_id, recorder=recorder)
    return write_reports(report, folder, permissions=permissions)
