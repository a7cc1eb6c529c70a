"""One document's way on disk: written into a legacy folder, discovered, read and prepared."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rmos_migration.entities import BY_NAME
from rmos_migration.migrate.prepare import prepare
from rmos_migration.sources.discover import Source
from rmos_migration.sources.read import read_files

NATIVE: dict[str, dict[str, Any]] = {
    "strip_families": {
        "id": "maple-2",
        "name": "Maple 2 mm",
        "strip_width_mm": 2.5,
        "strip_thickness_mm": 0.6,
        "material_type": "wood",
        "strips": [{"length_mm": 320}],
    },
    "patterns": {
        "id": "rope-1",
        "name": "Spanish rope",
        "ring_count": 1,
        "geometry": {"rings": [{"radius_mm": 45, "segments": 24}]},
    },
    "joblogs": {"id": "job-1", "job_type": "slice", "parameters": {"blade_angle": 45}},
}


class Outcome(NamedTuple):
    """What ``prepare`` made of a document: the row by column with JSON read (None if rejected), and the
    findings."""

    row: dict[str, Any] | None
    extra: dict[str, Any]
    derived: set[str]
    found: list[tuple[str, str, str]]
    """(severity, code, pointer), in the order in which they were reported"""
    messages: list[str]

    @property
    def errors(self) -> list[tuple[str, str]]:
        return [(code, pointer) for severity, code, pointer in self.found if severity == "error"]

    @property
    def warnings(self) -> list[tuple[str, str]]:
        return [(code, pointer) for severity, code, pointer in self.found if severity == "warning"]

    @property
    def infos(self) -> list[tuple[str, str]]:
        return [(code, pointer) for severity, code, pointer in self.found if severity == "info"]


@pytest.fixture
def native() -> Callable[..., dict[str, Any]]:
    """A complete native document of a folder, with some keys set and others taken away."""

    def build(folder: str, changes: Mapping[str, Any] = {}, without: Iterable[str] = ()) -> dict[str, Any]:
        document = {**NATIVE[folder], **changes}
        for key in without:
            del document[key]
        return document

    return build


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, Any], Path]:
    """Write bytes, text or a JSON value to a path below the source folder, making the folders on the way."""

    def place(path: str, content: Any) -> Path:
        file = tmp_path / "legacy" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(content, bytes):
            text = content if isinstance(content, str) else json.dumps(content)
            content = text.encode()
        file.write_bytes(content)
        return file

    return place


@pytest.fixture
def outcomes_of(write: Callable[[str, Any], Path], tmp_path: Path) -> Callable[..., list[Outcome]]:
    """What becomes of the documents in one file of a folder; the file is written, discovered and read."""

    def run(
        folder: str, content: Any, name: str = "document.json", encoding: str | None = None
    ) -> list[Outcome]:
        write(f"{folder}/{name}", content)
        entity = BY_NAME[folder]
        (reading,) = read_files(Source(tmp_path / "legacy").files(entity))
        return [_outcome(entity.columns, prepared) for prepared in prepare(entity, reading, encoding)]

    return run


@pytest.fixture
def outcome_of(outcomes_of: Callable[..., list[Outcome]]) -> Callable[..., Outcome]:
    """What becomes of the one document in a file."""

    def run(folder: str, content: Any, name: str = "document.json", encoding: str | None = None) -> Outcome:
        (outcome,) = outcomes_of(folder, content, name, encoding)
        return outcome

    return run


@pytest.fixture
def stored_of(
    write: Callable[[str, Any], Path], tmp_path: Path
) -> Callable[..., tuple[dict[str, Any], list[str]]]:
    """The row of the one document in a file, by column as it is stored, and the ledger's ``derived``."""

    def run(folder: str, content: Any) -> tuple[dict[str, Any], list[str]]:
        write(f"{folder}/document.json", content)
        entity = BY_NAME[folder]
        (reading,) = read_files(Source(tmp_path / "legacy").files(entity))
        (prepared,) = prepare(entity, reading)
        assert prepared.row is not None
        return dict(zip(entity.columns, prepared.row, strict=True)), json.loads(prepared.derived or "[]")

    return run


def _outcome(columns: tuple[str, ...], prepared: Any) -> Outcome:
    row = None
    if prepared.row is not None:
        row = {
            column: json.loads(value) if column.endswith("_json") and value is not None else value
            for column, value in zip(columns, prepared.row, strict=True)
        }
    found = [(str(d.severity), d.code, d.location.pointer) for d in prepared.diagnostics]
    messages = [d.message for d in prepared.diagnostics]
    extra = (row or {}).get("extra_json") or {}
    return Outcome(row, extra, set(json.loads(prepared.derived or "[]")), found, messages)
