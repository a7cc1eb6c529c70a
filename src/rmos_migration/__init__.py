"""rmos-migration: move a guitar workshop's legacy RMOS JSON into a database, and account for every document.

What the package offers is imported when it is first used, so that ``rmos --help`` and
``rmos_migration.errors`` need not wait for a database and a web server.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .audit.result import AuditResult
    from .exporting.outcome import ExportResult
    from .migrate.summary import RunSummary
    from .python_api import audit, build_report, export, migrate, verify
    from .reports.model import Report
    from .settings import Settings
    from .verify.model import Verification

__all__ = [
    "AuditResult",
    "ExportResult",
    "Report",
    "RunSummary",
    "Settings",
    "Verification",
    "__version__",
    "audit",
    "build_report",
    "export",
    "migrate",
    "verify",
]

_HOMES = {
    "AuditResult": "audit.result",
    "ExportResult": "exporting.outcome",
    "Report": "reports.model",
    "RunSummary": "migrate.summary",
    "Settings": "settings",
    "Verification": "verify.model",
    "audit": "python_api",
    "build_report": "python_api",
    "export": "python_api",
    "migrate": "python_api",
    "verify": "python_api",
}
"""The module of each name that is offered."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """This package: its folders ``migrate``, ``audit`` and ``verify`` must not hide the functions."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in _HOMES and isinstance(value, ModuleType):
            return  # Python has imported the folder, and sets it as an attribute of its parent
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
