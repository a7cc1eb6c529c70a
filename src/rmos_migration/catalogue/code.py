"""The entries of the catalogue."""

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How much a diagnostic matters: only an error means that the document is not loaded."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Code(NamedTuple):
    """One kind of diagnostic: its number and name are stable, its wording may change."""

    number: str
    name: str
    severity: Severity
    explanation: str
    hint: str
