"""Looking at files without migrating them: what each document is taken for, why, and what it would become."""

from pathlib import PurePath
from typing import Any, NamedTuple

import orjson

from ..diagnostics import Diagnostic
from ..entities import ENTITIES, Entity
from ..generations import SourceFormat, recognise
from ..sources.documents import Contents, documents_in
from ..sources.folders import entity_of_file, entity_of_folder
from ..sources.locate import located_in
from ..sources.read import Reading
from .outcome import NOT_READ, UNRECOGNISED
from .prepare import Candidate, prepare, prepare_document


class Inspection(NamedTuple):
    """One document as the migration would take it.

    Attributes:
        path: its file.
        pointer: where it stands in the file.
        entity: what it is taken for.
        shape: how the file holds its documents.
        encoding: the file's.
        generation: the generation that wrote it.
        evidence: the keys that show its generation.
        record: the values of its columns, None where it would not be loaded.
        derived: the columns whose values do not stand under their native key.
        diagnostics: everything noticed about it.
    """

    path: str
    pointer: str
    entity: Entity
    shape: str
    encoding: str
    generation: str
    evidence: tuple[str, ...]
    record: dict[str, Any] | None
    derived: list[str]
    diagnostics: list[Diagnostic]

    def as_json(self) -> dict[str, Any]:
        """Return the inspection as a JSON object."""
        return {
            **self._asdict(),
            "entity": self.entity.name,
            "diagnostics": [diagnostic.as_json() for diagnostic in self.diagnostics],
        }


def inspect_file(
    reading: Reading, entity: Entity | None = None, fallback_encoding: str | None = None
) -> list[Inspection]:
    """Inspect the documents of a file. References and ids are not compared with any database.

    Args:
        reading: the file.
        entity: what the documents are; found out from the path, or else from the documents themselves.
        fallback_encoding: as for ``decode``.
    """
    entity = entity or entity_of_path(reading.path)
    if reading.problem is not None:
        entity = entity or ENTITIES[0]
        return [_inspection(entity, "", "unreadable", (), one) for one in prepare(entity, reading)]
    if entity is None:
        entity = max(ENTITIES, key=lambda one: _acquaintance(one, _contents(one, reading, fallback_encoding)))
    contents = _contents(entity, reading, fallback_encoding)
    found = []
    for document in contents.documents:
        evidence = document.form.evidence(document.value) if document.form is not None else ()
        candidate = prepare_document(entity, reading, document)
        found.append(_inspection(entity, contents.encoding, document.shape, evidence, candidate))
    diagnostics = [diagnostic for one in found for diagnostic in one.diagnostics]
    placed = iter(located_in(diagnostics, reading.path, reading.raw, fallback_encoding))
    return [one._replace(diagnostics=[next(placed) for _ in one.diagnostics]) for one in found]


def entity_of_path(path: str) -> Entity | None:
    """Return the entity that a path names: by the folder nearest to the file, or by the file's own name."""
    *folders, name = PurePath(path).parts
    named = (entity_of_folder(folder) for folder in reversed(folders))
    return next((entity for entity in named if entity is not None), None) or entity_of_file(name)


def _contents(entity: Entity, reading: Reading, fallback_encoding: str | None) -> Contents[SourceFormat]:
    return documents_in(reading.path, reading.raw, entity, recognise, fallback_encoding)


def _acquaintance(entity: Entity, contents: Contents[SourceFormat]) -> tuple[int, int]:
    """Return how many documents are recognised as an entity's records, and how many of its keys they have."""
    keys = {key for rule in entity.fields for key in rule.source.keys}
    objects = [document for document in contents.documents if isinstance(document.value, dict)]
    recognised = sum(document.form is not None for document in objects)
    return recognised, sum(len(keys & document.value.keys()) for document in objects)


def _inspection(
    entity: Entity, encoding: str, shape: str, evidence: tuple[str, ...], candidate: Candidate
) -> Inspection:
    record = None
    if candidate.row is not None:
        columns = zip(entity.columns, candidate.row, strict=True)
        record = {
            column: orjson.loads(value) if column.endswith("_json") and value is not None else value
            for column, value in columns
        }
    return Inspection(
        candidate.reading.path,
        candidate.pointer,
        entity,
        shape,
        encoding,
        candidate.generation or (NOT_READ if candidate.reading.sha256 is None else UNRECOGNISED),
        evidence,
        record,
        orjson.loads(candidate.derived or "[]"),
        candidate.diagnostics,
    )
