"""What is kept of documents that were kept out: their original text, and the place of each fault in it."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from ..diagnostics import Diagnostic
from ..sources.decode import to_text
from ..sources.excerpts import Excerpt, excerpts
from ..sources.scan import scan
from ..store.runs import Reject
from .plan import Decision


def kept_out(
    rejected: Iterable[Decision], source_id: int, run_id: int, encoding: str | None
) -> Iterator[tuple[Decision, Reject]]:
    """Each rejected document of a batch with the bytes that are kept of it.

    Of a document that is a whole file, those are the file's. Of one inside a file they are its own text, in UTF-8; its
    diagnostics get line and column in the file now, because they could not be found from that text alone.
    """
    for _, group in groupby(rejected, key=lambda decision: decision.prepared.reading.path):
        decisions = list(group)
        reading = decisions[0].prepared.reading
        pointers = [decision.prepared.pointer for decision in decisions]
        found: dict[str, Excerpt] = {}
        if pointers != [""]:
            found = excerpts(reading.path, to_text(reading.raw, encoding), pointers)
        for decision in decisions:
            body = reading.raw if reading.sha256 is not None else None
            excerpt = found.get(decision.prepared.pointer)
            if excerpt is not None:
                body = excerpt.text.encode("utf-8", "surrogatepass")
                diagnostics = _located(decision.diagnostics, decision.prepared.pointer, excerpt)
                decision = decision._replace(diagnostics=diagnostics)
            place = decision.prepared.place
            yield decision, Reject(source_id, *place, run_id, code_of(decision), body)


def code_of(decision: Decision) -> str:
    """The code of what kept a document out: its first error, or else the last thing noticed (the conflict)."""
    errors = (diagnostic.code for diagnostic in decision.diagnostics if diagnostic.severity == "error")
    return next(errors, decision.diagnostics[-1].code)


def _located(diagnostics: list[Diagnostic], pointer: str, excerpt: Excerpt) -> list[Diagnostic]:
    """A document's diagnostics with line and column in the file, found in the text of the document."""
    wanted = frozenset(d.location.pointer.removeprefix(pointer) for d in diagnostics) - {""}
    places = scan(excerpt.text, wanted).places if wanted else {}
    located = []
    for diagnostic in diagnostics:
        location = diagnostic.location
        if location.line is None:
            line, column = places.get(location.pointer.removeprefix(pointer), (1, 1))
            column = column + excerpt.column - 1 if line == 1 else column
            location = location._replace(line=excerpt.line + line - 1, column=column)
        located.append(diagnostic._replace(location=location))
    return located
