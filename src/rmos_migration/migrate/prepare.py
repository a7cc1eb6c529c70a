"""One file's bytes to documents that are ready to be resolved and loaded. Pure: no database, no clock."""

from typing import Any, NamedTuple
from unicodedata import normalize

import orjson

from ..diagnostics import Diagnostic, Location, Severity, diagnose, shown
from ..entities import Entity
from ..generations import Normalized, SourceFormat, normalise, recognise
from ..generations.normalized import CATEGORY
from ..generations.notes import Note
from ..generations.unrecognised import kind_elsewhere, rejection, strange_file
from ..sources.content import content_sha256
from ..sources.document import Document
from ..sources.documents import documents_in
from ..sources.pointers import pointer_of
from ..sources.powershell import truncation
from ..sources.read import Reading

_WRONG_FOLDER = "wrong-folder"
_IN_QUOTES = (
    "this is JSON inside quotes: write it without the quotes around it,"
    " and without the backslashes before its own"
)


class Candidate(NamedTuple):
    """One document on its way into its table.

    Attributes:
        reading: the file that it stands in.
        pointer: where it stands there.
        record_id: its id, None if it is rejected.
        row: its values in column order, None if it is rejected; then an error says why.
        content_sha256: the hash of its content.
        generation: the generation that wrote it.
        derived: columns whose values do not stand under their native key, as a JSON list.
        diagnostics: everything noticed about it.
        mentions: ids that parts of the record refer to, by field.
        soft: references that ``row`` gets if their parent is there (see ``Normalized``).
    """

    reading: Reading
    pointer: str
    record_id: str | None
    row: tuple[Any, ...] | None
    content_sha256: str | None
    generation: str | None
    derived: str | None
    diagnostics: list[Diagnostic]
    mentions: list[tuple[str, str]] = []  # noqa: RUF012 - never changed
    soft: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> tuple[str, str]:
        """Path and pointer, by which the ledger knows it."""
        return self.reading.path, self.pointer

    @property
    def location(self) -> Location:
        """The document's place."""
        return Location(*self.place, document=self.pointer)


def prepare(entity: Entity, reading: Reading, fallback_encoding: str | None = None) -> list[Candidate]:
    """Prepare the documents in a file, each ready or rejected. A file that cannot be read counts as one."""
    if reading.problem is not None:
        return [_rejected(reading, "", [reading.problem])]
    if "_" in reading.path and (strange := strange_file(entity, _stem(reading.path))) is not None:
        return [_rejected(reading, "", [_of_another_kind(entity, reading.path, strange)])]
    contents = documents_in(reading.path, reading.raw, entity, recognise, fallback_encoding)
    made = [prepare_document(entity, reading, document) for document in contents.documents]
    return _with_ways_out(entity, contents.documents, made)


def prepare_document(entity: Entity, reading: Reading, document: Document[SourceFormat]) -> Candidate:
    """Prepare one document of a file, ready or rejected."""
    path = reading.path
    pointer, value, form, _, _, category, _, errors, warnings = document
    if errors:
        return _rejected(reading, pointer, [*errors, *warnings])
    if not isinstance(value, dict):
        message = f"one object is expected, {shown(value)} is there"
        place = Location(path, pointer, document=pointer)
        is_quoted = isinstance(value, str) and value.lstrip()[:1] in ("{", "[")
        reason = diagnose("not-a-record", message, place, hint=_IN_QUOTES if is_quoted else "")
        return _rejected(reading, pointer, [reason, *warnings])
    digest, canonical = content_sha256(value)
    cut_off = truncation(value, canonical)
    if form is None:
        reason = _unrecognised(entity, document, path, cut_off)
        return _rejected(reading, pointer, [reason, *warnings], content=digest)
    stem = _stem(path)
    normalized = normalise(form, value, document.file_id(stem if stem.isascii() else normalize("NFC", stem)))
    diagnostics = _diagnostics(path, pointer, normalized) if normalized.notes or normalized.errors else []
    if cut_off is not None:
        diagnostics = [_truncated(path, pointer, cut_off)]
    diagnostics += warnings
    if normalized.errors or cut_off is not None:
        return _rejected(reading, pointer, diagnostics, content=digest, generation=form.generation)
    if category is not None and form.reading is None:  # else the document says all there is to say
        _keep_category(normalized, category)
    return Candidate(
        reading,
        pointer,
        normalized.values["id"],
        entity.row(normalized.values),
        digest,
        form.generation,
        orjson.dumps(normalized.derived).decode() if normalized.derived else None,
        diagnostics,
        normalized.embedded_references,
        normalized.soft,
    )


def _with_ways_out(
    entity: Entity, documents: list[Document[SourceFormat]], made: list[Candidate]
) -> list[Candidate]:
    """Say of documents in the wrong folder where they belong: with their whole file, or each alone."""
    strays: dict[int, Entity] = {}
    for index, one in enumerate(made):
        if one.row is None and any(said.code == _WRONG_FOLDER for said in one.diagnostics):
            kind = kind_elsewhere(entity, documents[index].value)
            if kind is not None:
                strays[index] = kind
    if not strays:
        return made
    is_one_kind = len(strays) == len(made) and len({kind.name for kind in strays.values()}) == 1
    what = "the file to" if is_one_kind else "this document, without the others beside it, to a file in"
    for index, kind in strays.items():
        hint = f"move {what} the folder {kind.name}"
        said = [
            one._replace(hint=hint) if one.code == _WRONG_FOLDER else one for one in made[index].diagnostics
        ]
        made[index] = made[index]._replace(diagnostics=said)
    return made


def _stem(path: str) -> str:
    """Return the name of a file without its ending."""
    return path.rpartition("/")[2].rpartition(".")[0]


def _of_another_kind(entity: Entity, path: str, looks_like: str) -> Diagnostic:
    message = f"by its name this is {looks_like}; none of it is a {entity.singular}"
    return diagnose("not-a-record", message, Location(path))


def _keep_category(normalized: Normalized, category: str) -> None:
    """Keep a catalogue's category beside the document, unless it has its own (docs/domain.md, Never lose).

    It is named in ``derived``, because it is not part of the document at the pointer.
    """
    extra = normalized.values["extra"] or {}
    if CATEGORY not in extra:
        normalized.values["extra"] = {**extra, CATEGORY: category}
        normalized.derived.append(CATEGORY)


def _rejected(
    reading: Reading,
    pointer: str,
    diagnostics: list[Diagnostic],
    *,
    content: str | None = None,
    generation: str | None = None,
) -> Candidate:
    return Candidate(reading, pointer, None, None, content, generation, None, diagnostics)


def _unrecognised(
    entity: Entity, document: Document[SourceFormat], path: str, cut_off: list[str | int] | None
) -> Diagnostic:
    if cut_off is not None:
        return _truncated(path, document.pointer, cut_off)
    code, message, hint = rejection(entity, document.value)
    return diagnose(code, message, Location(path, document.pointer, document=document.pointer), hint=hint)


def _truncated(path: str, document: str, cut_off: list[str | int]) -> Diagnostic:
    message = "PowerShell wrote the name of a type here in place of the data"
    return diagnose(
        "powershell-truncated",
        message,
        Location(path, pointer_of(cut_off, document), document=document),
    )


def _diagnostics(path: str, pointer: str, normalized: Normalized) -> list[Diagnostic]:
    def located(note: Note, severity: Severity | None = None) -> Diagnostic:
        code, message, key, *hints = note
        steps = key if isinstance(key, tuple) else (key,) if key else ()
        place = Location(path, pointer_of(steps, pointer), document=pointer)
        return diagnose(code, message, place, severity=severity, hint="".join(hints))

    return [located(error, Severity.ERROR) for error in normalized.errors] + [
        located(note) for note in normalized.notes
    ]


def is_named_by_file(derived: str | None) -> bool:
    """Return whether a document has its id from its file's name, as its list of derived columns says."""
    return '"id"' in (derived or "")
