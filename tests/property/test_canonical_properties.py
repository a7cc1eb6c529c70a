"""Whatever a document holds, its record spelled out is read back to the very same row."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_rebuild import documents, spoiled

from rebuilding import is_equal_json, rebuilt
from rmos_migration.entities import BY_NAME, ENTITIES, Entity
from rmos_migration.generations.export import canonical_document
from rmos_migration.generations.rebuilding import rebuild
from rmos_migration.migrate.prepare import Candidate, prepare
from rmos_migration.sources.content import content_sha256
from rmos_migration.sources.read import SourceFile, read_files


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def prepared_in(folder: Path, entity: Entity, document: dict[str, Any]) -> list[Candidate]:
    file = folder / "file-name.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    (reading,) = read_files([SourceFile(f"{entity.name}/{file.name}", str(file))])
    return prepare(entity, reading)


def check(folder: Path, entity: Entity, document: dict[str, Any]) -> None:
    for prepared in prepared_in(folder, entity, document):
        if prepared.row is None or prepared.pointer:  # what stands in an envelope is another document
            continue
        row = dict(zip(entity.columns, prepared.row, strict=True))
        derived = json.loads(prepared.derived or "[]")
        again = rebuild(entity, row, derived, prepared.generation, {})
        assert is_equal_json(again, rebuilt(entity, row, derived, prepared.generation))
        assert content_sha256(again)[0] == prepared.content_sha256
        (spelled_out,) = prepared_in(folder, entity, canonical_document(entity, row, derived, {}))
        assert spelled_out.diagnostics == []
        assert (spelled_out.row, spelled_out.derived) == (prepared.row, prepared.derived)
        assert [type(value) for value in spelled_out.row or ()] == [type(value) for value in prepared.row]


@settings(max_examples=300)
@given(st.sampled_from(ENTITIES).flatmap(lambda entity: st.tuples(st.just(entity), documents(entity))))
def test_record_of_any_document_is_read_back_exactly(folder: Path, drawn: tuple[Entity, Any]) -> None:
    check(folder, *drawn)


@settings(max_examples=300)
@given(spoiled())
def test_record_of_any_generation_is_read_back_exactly(folder: Path, sample: tuple[str, Any]) -> None:
    check(folder, BY_NAME[sample[0]], sample[1])
