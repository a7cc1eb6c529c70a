"""rmos-migration: moves a guitar workshop's legacy RMOS JSON into a database, and accounts for every document."""

__version__ = "0.1.0"

from .audit.result import AuditResult
from .audit.verification import Verification
from .exporting.outcome import ExportResult
from .migrate.summary import RunSummary
from .python_api import audit, build_report, export, migrate, verify
from .reports.report import Report

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
