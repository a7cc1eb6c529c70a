"""Until the run asks for it where it is."""

from .dialect import SQLITE
from .structure import refuse_foreign

data_version = SQLITE.data_version

__all__ = ["data_version", "refuse_foreign"]
