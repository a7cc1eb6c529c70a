"""Line and column of a pointer are found again in the file when somebody wants to see them."""

import codecs
from pathlib import Path

import pytest

from rmos_migration.diagnostics import Location, diagnose
from rmos_migration.sources.locate import located, located_in

TEXT = '{\n  "name": "Rope",\n  "geometry": {\n    "rings": [ {"a/b~c": 1},\n      [2, 3] ]\n  }\n}\n'
PLACES = {
    "/name": (2, 3),
    "/geometry": (3, 3),
    "/geometry/rings": (4, 5),
    "/geometry/rings/0": (4, 16),
    "/geometry/rings/0/a~1b~0c": (4, 17),
    "/geometry/rings/1/1": (5, 11),
}


@pytest.mark.parametrize("pointer", PLACES)
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_pointer_is_found_in_the_file(pointer: str, mark: bytes, tmp_path: Path) -> None:
    encoding = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-8"
    (tmp_path / "a.json").write_bytes(mark + TEXT.encode(encoding))
    (found,) = located([diagnose("field-invalid", "x", Location("a.json", pointer))], tmp_path)
    assert (found.location.line, found.location.column) == PLACES[pointer]
    assert (found.location.path, found.location.pointer) == ("a.json", pointer)


@pytest.mark.parametrize("pointer", ["/nowhere", "/name/0", "/geometry/rings/7"])
def test_pointer_that_is_not_there_has_no_place(pointer: str) -> None:
    diagnostic = diagnose("field-invalid", "x", Location("a.json", pointer))
    assert located_in([diagnostic], "a.json", TEXT.encode()) == [diagnostic]


@pytest.mark.parametrize("text", ["{}", "\n\t {}", "\n\t {broken"])
def test_the_whole_of_a_text_is_where_it_begins(text: str) -> None:
    (found,) = located_in([diagnose("not-a-record", "x", Location("a.json"))], "a.json", text.encode())
    assert (found.location.line, found.location.column) == ((1, 1) if text == "{}" else (2, 3))


def test_file_that_is_gone_leaves_the_diagnostic_as_it_is(tmp_path: Path) -> None:
    diagnostic = diagnose("field-invalid", "x", Location("gone.json", "/name"))
    assert located([diagnostic], tmp_path) == [diagnostic]


def test_place_that_is_known_already_is_kept(tmp_path: Path) -> None:
    diagnostic = diagnose("json-syntax", "x", Location("a.json", "/name", 9, 9))
    (tmp_path / "a.json").write_text(TEXT)
    assert located([diagnostic], tmp_path) == [diagnostic]


def test_place_is_found_in_text_of_the_fallback_encoding() -> None:
    diagnostic = diagnose("field-invalid", "x", Location("a.json", "/b"))
    (found,) = located_in([diagnostic], "a.json", '{"ä": "ö", "b": 1}'.encode("cp1252"), "cp1252")
    assert (found.location.line, found.location.column) == (1, 12)


def test_pointer_into_json_lines_begins_with_the_line() -> None:
    text = '{"a": 1}\n\n  {"a": {"b": 2}, "c": 3}\n'
    diagnostics = [
        diagnose("field-invalid", "x", Location("a.jsonl", pointer)) for pointer in ("/1/c", "/0", "/7")
    ]
    found = [(d.location.line, d.location.column) for d in located_in(diagnostics, "a.jsonl", text.encode())]
    assert found == [(3, 19), (1, 1), (None, None)]


def test_many_pointers_into_one_file_are_all_found(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(TEXT)
    found = located(
        [diagnose("field-invalid", "x", Location("a.json", pointer)) for pointer in PLACES], tmp_path
    )
    assert [(d.location.line, d.location.column) for d in found] == list(PLACES.values())
