"""The documents that a run did not load, with the lines of their files around the fault."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from ..diagnostics import Diagnostic, Severity
from ..errors import EnvironmentFailure
from ..presentation.conversion import notice
from ..presentation.excerpts import excerpt
from ..presentation.model import KeptOut
from ..sources.decode import to_text
from ..sources.folders import entity_of_path
from ..sources.paths import parts_of
from ..sources.read import SourceFile, read_files
from ..store import rejects
from ..store.model import DocumentKey
from ..store.rejects import RejectedEntry
from ..store.runs import RunRow
from ..store.snapshot import Snapshot

EXCERPTS = 1000
"""Documents of each code that are shown with an excerpt."""

Bytes = Callable[[str], bytes | None]
"""Returns the bytes of the file at a path as the run read it; None if they are not available."""


def documents_not_loaded(
    reasons: Mapping[DocumentKey, list[Diagnostic]], known: Mapping[DocumentKey, RejectedEntry]
) -> list[KeptOut]:
    """Return the documents that were not loaded, in the order of ``reasons``."""
    nothing = RejectedEntry(None, None, None)
    documents = []
    for (path, pointer), diagnostics in reasons.items():
        about, entity = known.get((path, pointer), nothing), entity_of_path(path)
        is_rejected = any(one.severity is Severity.ERROR for one in diagnostics)
        documents.append(
            KeptOut(
                entity=entity.name if entity else "",
                path=path,
                pointer=pointer,
                outcome="rejected" if is_rejected else "conflict",
                record_id=about.record_id,
                generation=about.generation,
                notices=[notice(one) for one in diagnostics],
                excerpt=None,
            )
        )
    return documents


def with_excerpts(documents: list[KeptOut], raw_of: Bytes, encoding: str | None) -> list[KeptOut]:
    """Return the documents, the first of each code with the lines around their first known place.

    Args:
        documents: those of one file must follow one another.
        raw_of: returns the bytes of a file.
        encoding: the codec that the user named for files that are neither UTF-8 nor marked.
    """
    seen: Counter[str] = Counter()
    shown = []
    for path, group in groupby(documents, key=lambda document: document.path):
        of_file = list(group)
        is_shown = any(seen[document.notices[0].code] < EXCERPTS for document in of_file)
        seen.update(document.notices[0].code for document in of_file)
        raw = raw_of(path) if is_shown else None
        shown += of_file if raw is None else _in_text(of_file, raw, encoding)
    return shown


def bytes_of_run(snapshot: Snapshot, run: RunRow, known: Mapping[DocumentKey, RejectedEntry]) -> Bytes:
    """Return a reader of files that a run did not load: from the database, or else from the source."""
    of_source = bytes_of_source(run.location or "", known)

    def raw_of(path: str) -> bytes | None:
        kept = rejects.file_body(snapshot, run.id, run.location or "", path)
        return kept if kept is not None else of_source(path)

    return raw_of


def bytes_of_source(location: str, known: Mapping[DocumentKey, RejectedEntry]) -> Bytes:
    """Return a reader of regular files in a legacy folder that have not changed since."""
    digests = {path: one.file_sha256 for (path, _), one in known.items()}
    root = Path(os.path.realpath(location))

    def raw_of(path: str) -> bytes | None:
        digest, parts = digests.get(path), parts_of(path)
        if digest is None or parts is None:
            return None
        try:
            full = root.joinpath(*parts).resolve()
            is_inside = full.is_relative_to(root)
        except (OSError, RuntimeError, ValueError):  # circular links, names that no system call takes
            return None
        if not is_inside:
            return None
        try:
            (reading,) = read_files([SourceFile(path, str(full))])
        except EnvironmentFailure:  # a report can do without
            return None
        return reading.raw if reading.sha256 == digest else None

    return raw_of


def _in_text(documents: list[KeptOut], raw: bytes, encoding: str | None) -> list[KeptOut]:
    """Return documents of one file with the lines around the first place that is known of each.

    What concerns a file as a whole is placed at its beginning.
    """
    lines = to_text(raw, encoding).split("\n")
    beginning = _beginning(lines)
    shown = []
    for document in documents:
        notices = [
            one.model_copy(update=beginning) if one.line is None and not one.pointer else one
            for one in document.notices
        ]
        first = next((one for one in notices if one.line is not None), None)
        around = excerpt(lines, first.line or 1, first.column or 1) if first else None
        shown.append(document.model_copy(update={"notices": notices, "excerpt": around}))
    return shown


def _beginning(lines: Sequence[str]) -> dict[str, int]:
    """Return line and column of the first character that is not white space."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            return {"line": number, "column": len(line) - len(line.lstrip()) + 1}
    return {"line": 1, "column": 1}
