"""One file's bytes to documents that are ready to be resolved and loaded. Pure: no database, no clock."""

from typing import Any, NamedTuple

import orjson

from ..diagnostics import Diagnostic, Location, Severity, diagnose
from ..entities import Entity
from ..generations import Draft, recognise, refusal
from ..sources.content import content_sha256
from ..sources.decode import decode
from ..sources.documents import Document, documents, truncation
from ..sources.pointers import pointer_step
from ..sources.read import Reading
from ..sources.scan import Fault


class Prepared(NamedTuple):
    """One document on its way: ready for its table (``row``), or kept out (``row`` is None, with an error).

    ``row`` is in column order of its entity; ``derived`` is a JSON list of columns or None (see ``Draft``).
    """

    reading: Reading
    pointer: str
    record_id: str | None
    row: tuple[Any, ...] | None
    content_sha256: str | None
    generation: str | None
    derived: str | None
    diagnostics: list[Diagnostic]

    @property
    def place(self) -> tuple[str, str]:
        """Path and pointer, as the ledger knows it."""
        return self.reading.path, self.pointer

    @property
    def location(self) -> Location:
        """Where the document stands."""
        return Location(self.reading.path, self.pointer)


def prepare(entity: Entity, reading: Reading, fallback_encoding: str | None = None) -> list[Prepared]:
    """The documents in a file that was read, each ready or kept out. A file that cannot be read counts as one."""
    if reading.problem is not None:
        return [_kept_out(reading, "", [reading.problem])]
    decoded = decode(reading.raw, fallback_encoding)
    if decoded.faults:
        return [_kept_out(reading, "", [_from_fault(reading.path, fault) for fault in decoded.faults])]
    found, fault = documents(decoded.value)
    if fault is not None:
        return [_kept_out(reading, "", [_from_fault(reading.path, fault)])]
    file_id = reading.path.rpartition("/")[2].rpartition(".")[0]
    return [_prepare_document(entity, reading, document, file_id) for document in found]


def _prepare_document(entity: Entity, reading: Reading, document: Document, file_id: str) -> Prepared:
    path = reading.path
    digest, canonical = content_sha256(document.value)
    generation = recognise(entity, document.value)
    if generation is None:
        cut_off = truncation(document.value, canonical)
        return _kept_out(
            reading, document.pointer, [_refused(entity, document, path, cut_off)], content=digest
        )
    draft = generation.normalise(entity, document.value, file_id)
    diagnostics = _diagnostics(path, document.pointer, draft) if draft.notes or draft.faults else []
    cut_off = truncation(document.value, canonical)
    if cut_off is not None:
        diagnostics = [_truncated(path, document.pointer + cut_off)]
    if draft.faults or cut_off is not None:
        return _kept_out(reading, document.pointer, diagnostics, content=digest, generation=generation.NAME)
    derived = orjson.dumps(draft.derived).decode() if draft.derived else None
    return Prepared(
        reading,
        document.pointer,
        draft.values["id"],
        entity.row(draft.values),
        digest,
        generation.NAME,
        derived,
        diagnostics,
    )


def _kept_out(
    reading: Reading,
    pointer: str,
    diagnostics: list[Diagnostic],
    *,
    content: str | None = None,
    generation: str | None = None,
) -> Prepared:
    return Prepared(reading, pointer, None, None, content, generation, None, diagnostics)


def _refused(entity: Entity, document: Document, path: str, cut_off: str | None) -> Diagnostic:
    if cut_off is not None:
        return _truncated(path, document.pointer + cut_off)
    code, message = refusal(entity, document.value)
    return diagnose(code, message, Location(path, document.pointer))


def _truncated(path: str, pointer: str) -> Diagnostic:
    message = "PowerShell wrote the name of a type here in place of the data"
    return diagnose("powershell-truncated", message, Location(path, pointer))


def _from_fault(path: str, fault: Fault) -> Diagnostic:
    return diagnose(fault.code, fault.message, Location(path, fault.pointer, fault.line, fault.column))


def _diagnostics(path: str, pointer: str, draft: Draft) -> list[Diagnostic]:
    def located(code: str, message: str, key: str, severity: Severity | None = None) -> Diagnostic:
        place = Location(path, pointer + pointer_step(key) if key else pointer)
        return diagnose(code, message, place, severity=severity)

    return [located(*fault, severity=Severity.ERROR) for fault in draft.faults] + [
        located(*note) for note in draft.notes
    ]
