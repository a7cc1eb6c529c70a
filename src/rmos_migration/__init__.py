"""rmos-migration: moves a guitar workshop's legacy RMOS JSON into a database, and accounts for every document."""

__version__ = "0.1.0"

from .api import audit, export, migrate, verify
from .audit.result import AuditResult
from .audit.verification import Verification
from .exporting.outcome import ExportResult
from .migrate.outcome import RunSummary

__all__ = [
    "AuditResult",
    "ExportResult",
    "RunSummary",
    "Verification",
    "__version__",
    "audit",
    "export",
    "migrate",
    "verify",
]
