"""What an entry of the catalogue is."""

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How much a diagnostic matters: an error means that the document is not loaded; with a warning or an info it is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Code(NamedTuple):
    """One kind of diagnostic: its number and name are stable, its wording is not."""

    number: str
    name: str
    severity: Severity
    explanation: str
    hint: str
