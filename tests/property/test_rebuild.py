"""From a row and its ledger entry alone, a document can be rebuilt (docs/domain.md, Never lose)."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from json_texts import values

from rebuilding import is_equal_json, rebuilt
from rmos_migration.entities import BY_NAME, Entity, FieldKind, FieldRule
from rmos_migration.generations import GENERATIONS
from rmos_migration.migrate.prepare import Candidate, prepare
from rmos_migration.sources.read import SourceFile, read_files
from samples import SAMPLES

TIMES = [
    "2025-01-15T10:30:00", "2025-01-15T10:30:00Z", "2025-01-15T10:30:00.214903+00:00",
    "2025-01-15T10:30:00.7381472-06:00", "2025-01-15T10:30:00.000000Z", "2025-01-15 10:30:00", "2025-01-15",
    "", "1732896000", 1732896000, 1732896000.5, "/Date(1732896000000)/", "soon", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:00:00-14:00",
]  # fmt: skip
NUMBERS = (
    st.floats(0, 1e9)
    | st.integers(0, 2**63 - 1)
    | st.sampled_from([2, 2.0, -0.0, 5e-324, 2**53, 2**53 + 1, -1])
)
OBJECTS = st.dictionaries(st.text(max_size=6), values, max_size=4)
LISTS = st.lists(values, max_size=3)
USUAL: dict[FieldKind, st.SearchStrategy[Any]] = {
    FieldKind.IDENTIFIER: st.text("abc-é 1", min_size=1, max_size=8) | st.integers(-5, 2**63 - 1),
    FieldKind.TEXT: st.text("abc é\n", min_size=1, max_size=8),
    FieldKind.NUMBER: NUMBERS,
    FieldKind.COUNT: st.integers(1, 300) | st.sampled_from([3.0, 1e15, 2**53, 2**63 - 1]),
    FieldKind.INSTANT: st.sampled_from(TIMES),
    FieldKind.CLOCK: st.sampled_from(TIMES),
    FieldKind.STATUS: st.sampled_from(["completed", "success", "OK", "partial", " Ready ", "glueing", 3]),
    FieldKind.JOB_TYPE: st.sampled_from(["slice", "batch", "polish"]),
    FieldKind.PATTERN_TYPE: st.sampled_from(["generic", "rosette", "", 3]),
}
UNKNOWN_KEYS = st.sampled_from(
    ["extra", "extra_json", "metadata", "derived", "lane", "notes", "data", "a/b~c", ""]
) | st.text(max_size=8)


def usual(rule: FieldRule, key: str) -> st.SearchStrategy[Any]:
    """Values that documents usually hold under a key of a field."""
    if rule.source.kind is not FieldKind.JSON:
        return USUAL[rule.source.kind]
    found = LISTS if rule.name == "strips" else OBJECTS
    if not key.endswith("_json"):
        return found
    return (
        found | found.map(json.dumps) | found.map(lambda value: json.dumps(value, indent=1)) | st.just("null")
    )


@st.composite
def documents(draw: st.DrawFn, entity: Entity) -> dict[str, Any]:
    """A document with every required field under one of its keys, and any of the other keys with any
    value."""
    found: dict[str, Any] = {}
    for rule in entity.fields:
        keys = list(rule.source.keys)
        if rule.source.required:
            key = draw(st.sampled_from(keys))
            found[key] = draw(usual(rule, key))
        for key in draw(st.lists(st.sampled_from(keys), unique=True, max_size=2)):
            odd = st.none() if rule.source.required or rule.name == "id" else st.none() | values
            found.setdefault(key, draw(usual(rule, key) | odd))
    for key, value in draw(st.lists(st.tuples(UNKNOWN_KEYS, values), max_size=3)):
        found.setdefault(key, value)
    order = draw(st.permutations(list(found)))
    return {key: found[key] for key in order}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def prepared_from(folder: Path, entity: Entity, document: dict[str, Any]) -> Candidate:
    file = folder / "file-name.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    (reading,) = read_files([SourceFile(f"{entity.name}/{file.name}", str(file))])
    (prepared,) = prepare(entity, reading)
    return prepared


def rebuilt_from(entity: Entity, prepared: Candidate) -> dict[str, Any]:
    row = dict(zip(entity.columns, prepared.row or (), strict=True))
    return rebuilt(entity, row, json.loads(prepared.derived or "[]"), prepared.generation)


FAMILY = {"name": "n", "strip_width_mm": 1, "strip_thickness_mm": 1, "material_type": "w", "strips": []}
PATTERN = {"name": "n", "ring_count": 1, "geometry": {"a": 1}}
JOB = {"job_type": "slice", "parameters": {}}


def check(folder: Path, entity: Entity, document: dict[str, Any]) -> None:
    prepared = prepared_from(folder, entity, document)
    if prepared.row is None:
        assert "error" in {str(diagnostic.severity) for diagnostic in prepared.diagnostics}
    assume(prepared.row is not None)
    assert is_equal_json(rebuilt_from(entity, prepared), document)


@given(document=documents(BY_NAME["strip_families"]))
@example(document=FAMILY)
@example(document=FAMILY | {"strip_width_mm": 2**53 + 1})
@example(document=FAMILY | {"id": None, "family_id": 7, "width_mm": 1.0, "extra": {"id": 1}})
def test_strip_family_can_be_rebuilt(folder: Path, document: dict[str, Any]) -> None:
    check(folder, BY_NAME["strip_families"], document)


@given(document=documents(BY_NAME["patterns"]))
@example(document=PATTERN)
@example(document=PATTERN | {"geometry": {}, "geometry_json": '{"a": 1.50}', "ring_count": 3.0})
@example(document=PATTERN | {"pattern_type": None, "metadata_json": "null", "metadata": None})
def test_pattern_can_be_rebuilt(folder: Path, document: dict[str, Any]) -> None:
    check(folder, BY_NAME["patterns"], document)


@given(document=documents(BY_NAME["joblogs"]))
@example(document=JOB)
@example(document=JOB | {"start_time": "0001-01-01T00:00:00+14:00"})
@example(document=JOB | {"start_time": 1732896000, "created_at": "", "status": None, "duration_s": -0.0})
@example(document=JOB | {"type": "x", "data": {}, "pattern_id": [], "plan_pattern_id": "p"})
def test_joblog_can_be_rebuilt(folder: Path, document: dict[str, Any]) -> None:
    check(folder, BY_NAME["joblogs"], document)


ODD = st.sampled_from(
    [None, "", {}, [], 0, -1, 3.0, 2**63 - 1, True, "null", "{}", " null ",
     '{"rings": [{"strip_family_id": 7}]}', "x", "\0", "é" * 201, "2025-01-15", 1732896000, {"rings": 3},
     {"rings": [{"strip_family_id": "x"}, None]}, {"ring_bands": "x"},
     [{"type": "wood", "thickness_mm": 1}, {"type": 5}], [{}], {"op_type": None}, {"op_type": {}},
     {"duration_s": -1}, {"ring_count": -1, "pattern_type": 5}]
)  # fmt: skip
KNOWN = sorted(
    {key for entity in BY_NAME.values() for rule in entity.fields for key in rule.source.keys}
    | {key for module in GENERATIONS for form in module.FORMATS for sign in form.markers for key in sign.keys}
)


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A document of any generation, with some keys taken away and some set to anything."""
    folder, document = draw(st.sampled_from([sample for samples in SAMPLES.values() for sample in samples]))
    gone = draw(st.sets(st.sampled_from(sorted(document)), max_size=2))
    odd = draw(st.dictionaries(st.sampled_from(KNOWN), ODD | values, max_size=3))
    return folder, {key: value for key, value in document.items() if key not in gone} | odd


@settings(max_examples=400)
@given(spoiled())
def test_document_of_any_generation_can_be_rebuilt_or_is_kept_out(
    folder: Path, sample: tuple[str, dict[str, Any]]
) -> None:
    entity, document = BY_NAME[sample[0]], sample[1]
    file = folder / "file-name.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    (reading,) = read_files([SourceFile(f"{entity.name}/{file.name}", str(file))])
    for prepared in prepare(entity, reading):
        errors = [noticed for noticed in prepared.diagnostics if noticed.severity == "error"]
        assert (prepared.row is None) == bool(errors)
        if prepared.row is not None and prepared.pointer == "":
            assert is_equal_json(rebuilt_from(entity, prepared), document)
