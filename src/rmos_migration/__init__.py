"""rmos-migration: moves a guitar workshop's legacy RMOS JSON into a database, and accounts for every document."""

__version__ = "0.1.0"

from .api import export, migrate
from .exporting.outcome import ExportResult
from .migrate.outcome import RunSummary

__all__ = ["ExportResult", "RunSummary", "__version__", "export", "migrate"]
