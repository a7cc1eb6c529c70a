"""Whatever JSON a file holds, each document is ready for its table or kept out with a reason."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from json_texts import texts, values

from rmos_migration.diagnostics import CATALOGUE
from rmos_migration.entities import ENTITIES, Entity
from rmos_migration.migrate.prepare import Prepared, prepare
from rmos_migration.sources.discover import SourceFile
from rmos_migration.sources.read import read_files

KNOWN_KEYS = sorted({key for entity in ENTITIES for rule in entity.fields for key in rule.found.keys})
entities = st.sampled_from(ENTITIES)
documents = st.dictionaries(
    st.sampled_from(KNOWN_KEYS) | st.text(max_size=5), values, min_size=1, max_size=12
)


@pytest.fixture(scope="module")
def file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "document.json"


def prepared_from(file: Path, entity: Entity, content: str) -> list[Prepared]:
    file.write_bytes(content.encode())
    (reading,) = read_files([SourceFile(f"{entity.name}/document.json", str(file))])
    return prepare(entity, reading)


def errors(prepared: Prepared) -> list[str]:
    return [found.code for found in prepared.diagnostics if str(found.severity) == "error"]


@given(entity=entities, document=documents)
def test_every_object_is_one_document_with_a_row_or_a_reason(
    file: Path, entity: Entity, document: dict[str, Any]
) -> None:
    (prepared,) = prepared_from(file, entity, json.dumps(document))
    assert (prepared.row is None) == bool(errors(prepared))
    assert {found.code for found in prepared.diagnostics} <= CATALOGUE.keys()


@given(entity=entities, text=texts)
def test_every_text_is_accounted_for(file: Path, entity: Entity, text: str) -> None:
    found = prepared_from(file, entity, text)
    assert len(found) == 1 or json.loads(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")) in ({}, [])
    assert all((prepared.row is None) == bool(errors(prepared)) for prepared in found)


@given(entity=entities, document=documents)
def test_same_file_gives_the_same_again(file: Path, entity: Entity, document: dict[str, Any]) -> None:
    (first,) = prepared_from(file, entity, json.dumps(document))
    (second,) = prepared_from(file, entity, json.dumps(document, indent=1, sort_keys=True))
    assert first.content_sha256 == second.content_sha256
    assert (first.record_id, first.row is None) == (second.record_id, second.row is None)


@given(entity=entities, document=documents)
def test_places_point_into_the_document(file: Path, entity: Entity, document: dict[str, Any]) -> None:
    (prepared,) = prepared_from(file, entity, json.dumps(document))
    for found in prepared.diagnostics:
        key = found.location.pointer.removeprefix("/").replace("~1", "/").replace("~0", "~")
        assert found.location.pointer == "" or key in document or found.code == "powershell-truncated"
