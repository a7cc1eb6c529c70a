"""Documents that are resolved and written together."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from ..diagnostics import Diagnostic
from ..entities import Entity
from ..store.ledger import KnownDocument
from ..store.model import LedgerEntry
from .prepare import Candidate


@dataclass
class Batch:
    """Documents of one entity that are written together, with what the ledger said of them before.

    ``orphans`` are records that the ledger speaks of, but whose row was gone when the run began. ``encoding`` is what the
    user says of files in no known one. What begins with ``skipped`` counts what needed no reading because it has not
    changed; ``superseded`` are those of these documents whose row has other content since. ``is_last``: nothing comes
    after it.
    """

    entity: Entity
    encoding: str | None = None
    documents: list[Candidate] = field(default_factory=list)
    known: dict[tuple[str, str], KnownDocument] = field(default_factory=dict)
    orphans: Collection[str] = ()
    reread_paths: list[str] = field(default_factory=list)
    notices: list[Diagnostic] = field(default_factory=list)
    files_read: int = 0
    files_refused: int = 0
    skipped_files: int = 0
    skipped_documents: int = 0
    skipped_generations: Counter[str | None] = field(default_factory=Counter)
    superseded: list[LedgerEntry] = field(default_factory=list)
    is_last: bool = False
    size_bytes: int = 0
