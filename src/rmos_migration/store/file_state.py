"""Until the API and the pages use the port."""

from .port import DatabaseState, FileCondition

__all__ = ["DatabaseState", "FileCondition"]
