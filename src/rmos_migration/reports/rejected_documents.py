"""The documents that a run did not load, with the lines of their files around what is wrong with them."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from sqlalchemy import Connection

from ..diagnostics import Diagnostic, Location, Severity
from ..errors import EnvironmentFailure
from ..presentation.excerpts import excerpt
from ..presentation.model import KeptOut, Notice
from ..presentation.views import notice
from ..sources.decode import to_text
from ..sources.folders import entity_of_path
from ..sources.locate import located_in
from ..sources.paths import parts_of
from ..sources.read import SourceFile, read_files
from ..store import rejects
from ..store.model import DocumentKey
from ..store.rejects import RejectedEntry
from ..store.runs import RunRow

EXCERPTS = 1000
"""Documents of each code that are shown with line, column and excerpt."""

Bytes = Callable[[str], bytes | None]
"""Gives the bytes of the file at a path, as it was when the run read it; None where they are not to be had."""


def documents_kept_out(
    reasons: Mapping[DocumentKey, list[Diagnostic]], known: Mapping[DocumentKey, RejectedEntry]
) -> list[KeptOut]:
    """The documents that were not loaded, in the order of ``reasons``, which say why, with what else is known of them."""
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
    """The documents, the first of each code with line and column of every fault and the lines around the first.

    Args:
        documents: those of one file follow one another.
        raw_of: where the bytes are.
        encoding: what the user said of files in no known one.
    """
    seen: Counter[str] = Counter()
    shown = []
    for path, group in groupby(documents, key=lambda document: document.path):
        of_file = list(group)
        is_shown = any(seen[document.notices[0].code] < EXCERPTS for document in of_file)
        seen.update(document.notices[0].code for document in of_file)
        raw = raw_of(path) if is_shown else None
        shown += of_file if raw is None else _in_text(of_file, path, raw, encoding)
    return shown


def bytes_of_run(connection: Connection, run: RunRow, known: Mapping[DocumentKey, RejectedEntry]) -> Bytes:
    """The bytes of files that a run did not load: those the database keeps, else those of the source's file."""
    of_source = bytes_of_source(run.location or "", known)

    def raw_of(path: str) -> bytes | None:
        kept = rejects.file_body(connection, run.id, run.location or "", path)
        return kept if kept is not None else of_source(path)

    return raw_of


def bytes_of_source(location: str, known: Mapping[DocumentKey, RejectedEntry]) -> Bytes:
    """The bytes of regular files in a legacy folder that are still there and what they were."""
    digests = {path: one.file_sha256 for (path, _), one in known.items()}
    root = Path(os.path.realpath(location))

    def raw_of(path: str) -> bytes | None:
        digest, parts = digests.get(path), parts_of(path)
        if digest is None or parts is None:
            return None
        try:
            full = root.joinpath(*parts).resolve()
            is_inside = full.is_relative_to(root)
        except (OSError, RuntimeError, ValueError):  # links in a circle, names that no system call takes
            return None
        if not is_inside:
            return None
        try:
            (reading,) = read_files([SourceFile(path, str(full))])
        except EnvironmentFailure:  # a report does without
            return None
        return reading.raw if reading.sha256 == digest else None

    return raw_of


def _in_text(documents: list[KeptOut], path: str, raw: bytes, encoding: str | None) -> list[KeptOut]:
    """Documents of one file with the places of their faults in its text, and the lines around the first of each.

    What is said of a file as a whole is placed at its beginning.
    """
    diagnostics = [_diagnostic(one) for document in documents for one in document.notices]
    placed = iter(located_in(diagnostics, path, raw, encoding))
    lines = to_text(raw, encoding).split("\n")
    beginning = _beginning(path, lines)
    shown = []
    for document in documents:
        notices = [_placed(one, next(placed).location, beginning) for one in document.notices]
        first = next((one for one in notices if one.line is not None), None)
        around = excerpt(lines, first.line or 1, first.column or 1) if first else None
        shown.append(document.model_copy(update={"notices": notices, "excerpt": around}))
    return shown


def _diagnostic(one: Notice) -> Diagnostic:
    place = Location(one.path, one.pointer, one.line, one.column)
    return Diagnostic(one.code, Severity(one.severity), one.message, place, one.hint)


def _beginning(path: str, lines: Sequence[str]) -> Location:
    """Where the first character stands that is no white space."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            return Location(path, "", number, len(line) - len(line.lstrip()) + 1)
    return Location(path, "", 1, 1)


def _placed(one: Notice, place: Location, beginning: Location) -> Notice:
    if place.line is None and not place.pointer:
        place = beginning
    return one.model_copy(update={"line": place.line, "column": place.column})
