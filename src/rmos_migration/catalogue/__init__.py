"""The catalogue of diagnostics: every code once, with what it means and what a person can do.

``docs/diagnostics.md`` is generated from it. The letter and first digit of a number name the stage: F1 files,
D2 decoding, V3 validation, R4 resolving against the database, S5 the database itself.
"""

from .code import Code, Severity
from .decoding import DECODING
from .files import FILES, FOLDER_NOT_LOOKED_AT, NOT_LOOKED_AT
from .resolving import RESOLVING
from .validation import VALIDATION

ENTRIES: tuple[Code, ...] = (*FILES, *DECODING, *VALIDATION, *RESOLVING)

CATALOGUE: dict[str, Code] = {code.name: code for code in ENTRIES}

__all__ = ["CATALOGUE", "ENTRIES", "FOLDER_NOT_LOOKED_AT", "NOT_LOOKED_AT", "Code", "Severity"]
