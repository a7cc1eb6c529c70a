"""Whatever JSON a file holds, each document is ready for its table or rejected with a reason."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from json_texts import texts, values

from rmos_migration.diagnostics import CATALOGUE
from rmos_migration.entities import ENTITIES, Entity
from rmos_migration.generations import GENERATIONS
from rmos_migration.migrate.prepare import Candidate, prepare
from rmos_migration.sources.pointers import key_of
from rmos_migration.sources.read import SourceFile, read_files
from rmos_migration.sources.wrappings import WRAPPERS

FIELD_KEYS = {key for entity in ENTITIES for rule in entity.fields for key in rule.source.keys}
TELLING_KEYS = {
    key for module in GENERATIONS for form in module.FORMATS for sign in form.markers for key in sign.keys
}
WRAPPING_KEYS = {*WRAPPERS, *(entity.singular for entity in ENTITIES), "success", "type", "data"}
entities = st.sampled_from(ENTITIES)
documents = st.dictionaries(
    st.sampled_from(sorted(FIELD_KEYS | TELLING_KEYS)) | st.text(max_size=5), values, min_size=1, max_size=12
)
wrapped = st.recursive(
    documents,
    lambda inner: (
        st.lists(inner | values, max_size=3)
        | st.dictionaries(
            st.sampled_from(sorted(WRAPPING_KEYS)) | st.text(max_size=3), inner | values, max_size=3
        )
    ),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "document.json"


def prepared_from(file: Path, entity: Entity, content: str) -> list[Candidate]:
    file.write_bytes(content.encode())
    (reading,) = read_files([SourceFile(f"{entity.name}/document.json", str(file))])
    return prepare(entity, reading)


def errors(prepared: Candidate) -> list[str]:
    return [found.code for found in prepared.diagnostics if str(found.severity) == "error"]


def place_in(value: Any, pointer: str) -> Any:
    """What stands at a pointer; KeyError, IndexError or ValueError if nothing does."""
    for step in pointer.split("/")[1:]:
        key = key_of(step)
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


@given(entity=entities, value=documents | wrapped)
def test_every_document_has_a_row_or_a_reason(file: Path, entity: Entity, value: Any) -> None:
    found = prepared_from(file, entity, json.dumps(value))
    assert all((prepared.row is None) == bool(errors(prepared)) for prepared in found)
    assert {noticed.code for prepared in found for noticed in prepared.diagnostics} <= CATALOGUE.keys()
    assert len({prepared.pointer for prepared in found}) == len(found)


@given(entity=entities, value=documents | wrapped)
def test_nothing_is_passed_over(file: Path, entity: Entity, value: Any) -> None:
    found = prepared_from(file, entity, json.dumps(value))
    if not found:
        event(f"no documents in {type(value).__name__}")
        assert not has_an_object_with_own_keys(entity, value)


def has_an_object_with_own_keys(entity: Entity, value: Any) -> bool:
    """Whether an object that holds what a record is made of stands in a value that should hold none.

    Plain values beside the documents, and empty lists, may describe the file: a version, a name, an empty
    category.
    """
    keys = {"id", "name", "geometry", "job_type", "parameters", "strips"} & FIELD_KEYS
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    held = (
        {key for key, one in value.items() if one and isinstance(one, dict | list)}
        if isinstance(value, dict)
        else set()
    )
    return not keys.isdisjoint(held) or any(has_an_object_with_own_keys(entity, one) for one in below)


@given(entity=entities, text=texts)
def test_every_text_is_accounted_for(file: Path, entity: Entity, text: str) -> None:
    found = prepared_from(file, entity, text)
    assert found or json.loads(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")) in ({}, [])
    assert all((prepared.row is None) == bool(errors(prepared)) for prepared in found)


@given(entity=entities, value=documents | wrapped)
def test_same_file_gives_the_same_again(file: Path, entity: Entity, value: Any) -> None:
    first = prepared_from(file, entity, json.dumps(value))
    second = prepared_from(file, entity, json.dumps(value, indent=1))
    assert [(one.pointer, one.content_sha256, one.record_id, one.row) for one in first] == [
        (one.pointer, one.content_sha256, one.record_id, one.row) for one in second
    ]


@given(entity=entities, document=documents)
def test_order_of_the_keys_does_not_change_what_a_document_is(
    file: Path, entity: Entity, document: dict[str, Any]
) -> None:
    first = prepared_from(file, entity, json.dumps(document))
    second = prepared_from(file, entity, json.dumps(document, sort_keys=True))
    assert [(one.content_sha256, one.record_id, one.generation, one.row is None) for one in first] == [
        (one.content_sha256, one.record_id, one.generation, one.row is None) for one in second
    ]


@given(entity=entities, value=documents | wrapped)
def test_places_point_into_the_file(file: Path, entity: Entity, value: Any) -> None:
    for prepared in prepared_from(file, entity, json.dumps(value)):
        place_in(value, prepared.pointer)
        for found in prepared.diagnostics:
            if found.code != "keys-around":  # these stand beside the document
                assert found.location.pointer.startswith(prepared.pointer)
            place_in(value, found.location.pointer)


@given(entity=entities, lines=st.lists(documents, min_size=2, max_size=4))
def test_lines_hold_what_a_list_holds(file: Path, entity: Entity, lines: list[dict[str, Any]]) -> None:
    listed = prepared_from(file, entity, json.dumps(lines))
    lined = prepared_from(file, entity, "\n".join(json.dumps(line) for line in lines))
    assert [(one.pointer, one.record_id, one.row, one.derived) for one in listed] == [
        (one.pointer, one.record_id, one.row, one.derived) for one in lined
    ]
