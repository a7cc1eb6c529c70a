"""rmos inspect and rmos schema: what documents are taken for, and what records look like; nothing is
written."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from builders import EXAMPLES, digests, environment, joblog, pattern, raw_controls, rmos, write

OLDER = EXAMPLES / "older_workshop"


def inspected(*arguments: str | Path) -> dict[str, Any]:
    done = rmos("inspect", *arguments, "--json")
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_document_is_shown_with_shape_encoding_generation_and_evidence(tree: Path) -> None:
    write(tree, "joblogs/log.json", {"items": [joblog("a"), {"run_id": "r", "meta": {"op_type": "slice"}}]})
    report = inspected(tree / "joblogs" / "log.json")
    assert report["schema"] == "rmos-migration/inspection/1"
    native, saw = report["documents"]
    assert (native["pointer"], native["shape"], native["encoding"]) == ("/items/0", "wrapper items", "utf-8")
    assert (saw["entity"], saw["generation"], saw["evidence"]) == ("joblogs", "saw lab", ["meta", "run_id"])
    assert saw["record"]["job_type"] == "slice"
    assert saw["record"]["parameters_json"] == {"op_type": "slice"}
    assert "job_type" in saw["derived"]
    assert {found["code"] for found in saw["diagnostics"]} == {"not-recorded"}


def test_why_a_document_would_be_kept_out_is_told_in_words(tree: Path) -> None:
    file = write(
        tree, "patterns/half.json", '{\n  "name": "Half",\n  "ring_count": 0,\n  "geometry": {"a": 1}\n}'
    )
    done = rmos("inspect", file)
    assert done.returncode == 1
    assert "it would not be loaded" in done.stdout
    assert "half.json:3:3 error V305 field-invalid" in done.stdout
    assert "1 document in 1 file: 0 would migrate, 1 would not be loaded." in done.stdout


def test_whole_legacy_folder_agrees_with_the_migration() -> None:
    report = inspected(OLDER)
    assert (report["would_migrate"], report["would_be_kept_out"]) == (119, 5)
    only = inspected(OLDER, "--kept-out")
    assert len(only["documents"]) == 5
    assert all(document["record"] is None for document in only["documents"])


def test_inspecting_writes_nothing(tmp_path: Path) -> None:
    before = digests(OLDER)
    done = rmos("inspect", OLDER, cwd=tmp_path)
    assert done.returncode == 1
    assert list(tmp_path.iterdir()) == []
    assert digests(OLDER) == before


def test_file_outside_the_folders_is_told_by_its_content(tmp_path: Path) -> None:
    write(tmp_path, "a.json", pattern("p"))
    write(tmp_path, "b.json", joblog("j"))
    write(tmp_path, "c.json", {"some": "thing"})
    report = inspected(tmp_path)
    found = {Path(d["path"]).name: (d["entity"], d["generation"]) for d in report["documents"]}
    assert found["a.json"] == ("patterns", "native")
    assert found["b.json"] == ("joblogs", "native")
    assert found["c.json"][1] == "not recognised"


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "file-empty"), (b"\x00\xff\x80", "encoding-unknown"), (b"{", "json-syntax")]
)
def test_file_that_cannot_be_read_is_one_document_with_its_fault(
    content: bytes, code: str, tree: Path
) -> None:
    file = write(tree, "patterns/odd.json", content)
    (document,) = inspected(file)["documents"]
    assert [found["code"] for found in document["diagnostics"]] == [code]
    assert (document["shape"], document["record"]) == ("unreadable", None)


@pytest.mark.parametrize("arguments", [["missing.json"], ["--encoding", "klingon", "."], []])
def test_call_that_makes_no_sense_is_told_so(arguments: list[str], tmp_path: Path) -> None:
    done = rmos("inspect", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["x" * 300, "no\0name".replace("\0", "/"), "a/" * 50])
def test_name_that_cannot_be_looked_up_is_told_so(name: str, tmp_path: Path) -> None:
    for verb in ("inspect", "migrate"):
        done = rmos(verb, name, cwd=tmp_path)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_pipe_is_not_opened_and_would_be_kept_out(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (document,) = inspected(tmp_path / "pipe.json")["documents"]
    assert [found["code"] for found in document["diagnostics"]] == ["file-not-regular"]


def test_deeply_nested_folders_are_looked_through(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(150):
        folder /= "deep"
    folder.mkdir(parents=True)
    write(folder, "a.json", pattern("p"))
    assert inspected(tmp_path)["would_migrate"] == 1


def test_folder_without_json_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("nothing here")
    done = rmos("inspect", tmp_path)
    assert (done.returncode, done.stdout) == (
        0,
        "0 documents in 0 files: 0 would migrate, 0 would not be loaded.\n",
    )


def test_text_from_files_does_not_steer_the_terminal(tree: Path) -> None:
    hostile = "\x1b[31m\u202e\x07"
    write(tree, "patterns/x.json", pattern(hostile, name=hostile, geometry={hostile: 1}) | {hostile: 1})
    assert raw_controls(rmos("inspect", tree).stdout) == set()


def test_encoding_of_the_settings_counts(tree: Path) -> None:
    file = write(
        tree, "patterns/x.json", json.dumps(pattern(name="Säge"), ensure_ascii=False).encode("cp1252")
    )
    done = rmos("inspect", file, "--json", env=environment(RMOS_ENCODING="cp1252"))
    (document,) = json.loads(done.stdout)["documents"]
    assert (document["encoding"], document["record"]["name"]) == ("cp1252", "Säge")


# rmos schema


@pytest.mark.parametrize(
    "name", ["patterns", "pattern", "strip_families", "strip_family", "joblogs", "joblog"]
)
def test_schema_tells_of_one_record(name: str) -> None:
    schema = json.loads(rmos("schema", name).stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["properties"]["id"]["x-found-under"][0] == "id"
    assert "id" in schema["required"]


def test_schema_without_a_name_defines_all_records() -> None:
    schema = json.loads(rmos("schema").stdout)
    assert set(schema["$defs"]) == {"strip_families", "patterns", "joblogs"}


def test_schema_of_something_else_is_refused() -> None:
    done = rmos("schema", "guitars")
    assert done.returncode == 2
    assert "guitars" in done.stderr
