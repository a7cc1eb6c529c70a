"""What is kept of documents that were not loaded, and the place of everything that was noticed but infos."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ..diagnostics import Diagnostic, Severity
from ..sources.decode import to_text
from ..sources.locate import DocumentText, document_texts, located_in
from ..store.model import RejectBody
from .batch_plan import Decision
from .prepare import Candidate


def kept_out(
    rejected: Iterable[Decision], source_id: int, run_id: int, encoding: str | None
) -> Iterator[RejectBody]:
    """The bytes that are kept of each rejected document of a batch.

    Of a document that is a whole file, those are the file's. Of one inside a file they are its own text, in UTF-8.
    """
    for _, group in groupby(rejected, key=lambda decision: decision.prepared.reading.path):
        decisions = list(group)
        reading = decisions[0].prepared.reading
        pointers = [decision.prepared.pointer for decision in decisions]
        found: dict[str, DocumentText] = {}
        if pointers != [""]:
            found = document_texts(reading.path, to_text(reading.raw, encoding), pointers)
        for decision in decisions:
            body = reading.raw if reading.sha256 is not None else None
            excerpt = found.get(decision.prepared.pointer)
            if excerpt is not None:
                body = excerpt.text.encode("utf-8", "surrogatepass")
            yield RejectBody(source_id, *decision.prepared.place, run_id, code_of(decision), body)


def code_of(decision: Decision) -> str:
    """The code of what kept a document out: its first error, or else the last thing noticed (the conflict)."""
    errors = (diagnostic.code for diagnostic in decision.diagnostics if diagnostic.severity == "error")
    return next(errors, decision.diagnostics[-1].code)


def with_places(
    diagnostics: list[Diagnostic], documents: Iterable[Candidate], encoding: str | None
) -> list[Diagnostic]:
    """The diagnostics of a batch's documents, all but infos with line and column in their file.

    They are found while the file's bytes are at hand, so that everybody who tells of them names the same place.
    """
    unplaced: dict[str, list[int]] = {}
    for index, one in enumerate(diagnostics):
        if one.location.line is None and one.severity is not Severity.INFO:
            unplaced.setdefault(one.location.path, []).append(index)
    if not unplaced:
        return diagnostics
    placed = list(diagnostics)
    readings = {one.reading.path: one.reading for one in documents if one.reading.path in unplaced}
    for path, reading in readings.items():
        those: Sequence[int] = unplaced[path]
        found = located_in([diagnostics[index] for index in those], path, reading.raw, encoding)
        for index, one in zip(those, found, strict=True):
            placed[index] = one
    return placed
