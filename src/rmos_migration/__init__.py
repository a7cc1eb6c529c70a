"""rmos-migration: moves a guitar workshop's legacy RMOS JSON into a database, and accounts for every document."""

__version__ = "0.1.0"

from .audit.result import AuditResult
from .exporting.outcome import ExportResult
from .migrate.outcome import RunSummary
from .python_api import audit, build_report, export, migrate, verify
from .reports.model import Report
from .verify.model import Verification

__all__ = [
    "AuditResult",
    "ExportResult",
    "Report",
    "RunSummary",
    "Verification",
    "__version__",
    "audit",
    "build_report",
    "export",
    "migrate",
    "verify",
]
