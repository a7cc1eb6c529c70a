"""Until the run asks the dialect."""

from .sqlite.safety import data_version, refuse_foreign

__all__ = ["data_version", "refuse_foreign"]
