"""rmos rejects: what is not loaded, where, why; and the original bytes back, never over a file that is
there."""

import json
from pathlib import Path

import pytest

from builders import EXAMPLES, digests, joblog, pattern, rmos, write
from rmos_migration import migrate

MESSY = EXAMPLES / "messy_legacy"


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the messy example in it."""
    database = tmp_path_factory.mktemp("rejects") / "rmos.db"
    migrate(MESSY, database)
    return database


def test_every_reject_is_listed_with_code_place_message_and_hint(messy: Path) -> None:
    rejects = json.loads(rmos("rejects", "--database", messy, "--json").stdout)["rejects"]
    assert len(rejects) == 15
    for reject in rejects:
        assert (MESSY / reject["path"]).stat().st_size == reject["size_bytes"]
        assert reject["code"] in {diagnostic["code"] for diagnostic in reject["diagnostics"]}
        assert all(d["message"] and d["hint"] and d["severity"] == "error" for d in reject["diagnostics"])
    places = {r["path"]: (r["diagnostics"][0]["line"], r["diagnostics"][0]["column"]) for r in rejects}
    assert places["patterns/trailing-comma.json"] == (8, 79)
    assert places["strip_families/duplicate-key.json"] == (7, 3)
    assert places["patterns/ring-count-zero.json"] == (4, 3)


def test_places_are_found_though_the_source_is_gone(tree: Path, database: Path) -> None:
    file = write(tree, "patterns/a.json", json.dumps(pattern(ring_count=0), indent=1))
    migrate(tree, database)
    file.unlink()
    (reject,) = json.loads(rmos("rejects", "--database", database, "--json", "--gone").stdout)["rejects"]
    assert (reject["diagnostics"][0]["line"], reject["diagnostics"][0]["column"]) == (4, 2)


def test_a_single_reject_is_spoken_of_as_one(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern(ring_count=0))
    migrate(tree, database)
    assert "1 document is rejected." in rmos("rejects", "--database", database).stdout


def test_rejects_can_be_picked_by_code(messy: Path) -> None:
    picked = json.loads(rmos("rejects", "--database", messy, "--json", "--code", "field-invalid").stdout)
    assert [reject["path"] for reject in picked["rejects"]] == [
        "patterns/ring-count-zero.json",
        "strip_families/text-width.json",
    ]


def test_a_document_in_conflict_is_listed_with_its_reason(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    write(tree, "patterns/b.json", pattern(ring_count=2))
    migrate(tree, database)
    told = rmos("rejects", "--database", database).stdout
    assert "patterns/b.json:1:1 warning R401 id-conflict" in told
    assert "1 document is in conflict" in told
    answer = json.loads(rmos("rejects", "--database", database, "--json").stdout)
    (conflict,) = answer["conflicts"]
    assert answer["total"] == 1
    assert (conflict["path"], conflict["code"], conflict["outcome"]) == (
        "patterns/b.json",
        "id-conflict",
        "conflict",
    )
    assert (conflict["source"], conflict["run_id"]) == (str(tree), 1)
    assert [reason["code"] for reason in conflict["diagnostics"]] == ["id-conflict"]


def test_rejects_and_conflicts_have_the_same_shape_and_one_total(messy: Path) -> None:
    answer = json.loads(rmos("rejects", "--database", messy, "--json").stdout)
    assert answer["total"] == len(answer["rejects"]) + len(answer["conflicts"]) == 16
    assert {frozenset(one) for one in answer["rejects"] + answer["conflicts"]} == {
        frozenset(answer["rejects"][0])
    }


def test_a_code_may_be_named_by_its_number(messy: Path) -> None:
    by_name = rmos("rejects", "--database", messy, "--code", "json-syntax").stdout
    assert rmos("rejects", "--database", messy, "--code", "d202").stdout == by_name
    assert "trailing-comma.json" in by_name


def test_a_code_that_there_is_not_is_refused(messy: Path) -> None:
    done = rmos("rejects", "--database", messy, "--code", "json-sintax")
    assert (done.returncode, "json-sintax" in done.stderr) == (2, True)


def test_a_limit_says_how_many_there_are_beyond_it(messy: Path) -> None:
    shown = rmos("rejects", "--database", messy, "--limit", "2").stdout
    assert shown.count(" error ") == 2
    assert "15 documents are rejected (13 more than shown)" in shown


def test_saving_writes_the_original_bytes(messy: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    assert rmos("rejects", "--database", messy, "--save", saved).returncode == 0
    files = digests(saved)
    assert len(files) == 15
    originals = digests(MESSY)
    assert files == {path: originals[path] for path in files}


def test_saving_never_overwrites(messy: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    mended = write(saved, "patterns/trailing-comma.json", "mended by hand")
    done = rmos("rejects", "--database", messy, "--save", saved)
    assert done.returncode == 0
    assert mended.read_text() == "mended by hand"
    assert "trailing-comma.json" in done.stderr
    assert len(digests(saved)) == 15


def test_saving_does_not_follow_a_link_out_of_the_folder(messy: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    (tmp_path / "saved/patterns").mkdir(parents=True)
    (tmp_path / "saved/patterns/trailing-comma.json").symlink_to(victim)
    rmos("rejects", "--database", messy, "--save", tmp_path / "saved")
    assert not victim.exists()


def test_saving_into_a_place_that_is_no_folder_exits_with_5(messy: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = rmos("rejects", "--database", messy, "--save", tmp_path / "file")
    assert done.returncode == 5
    assert "Traceback" not in done.stderr


def test_rejects_of_two_sources_with_one_path_are_both_saved(tmp_path: Path, database: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, "patterns/a.json", f'{{"from": "{name}"')
        migrate(tmp_path / name, database)
    done = rmos("rejects", "--database", database, "--save", tmp_path / "saved")
    assert done.returncode == 0
    contents = {file.read_bytes() for file in (tmp_path / "saved").rglob("*") if file.is_file()}
    assert contents == {b'{"from": "one"', b'{"from": "two"'}


def test_what_could_not_be_read_is_listed_without_bytes(tree: Path, database: Path, tmp_path: Path) -> None:
    (tree / "patterns/a.json").symlink_to("/etc/hostname")
    migrate(tree, database)
    (reject,) = json.loads(rmos("rejects", "--database", database, "--json").stdout)["rejects"]
    assert (reject["code"], reject["size_bytes"]) == ("file-outside", None)
    done = rmos("rejects", "--database", database, "--save", tmp_path / "saved")
    assert done.returncode == 0
    assert "a.json" in done.stderr


def test_nothing_kept_out_is_no_failure(tree: Path, database: Path) -> None:
    migrate(tree, database)
    done = rmos("rejects", "--database", database)
    assert done.returncode == 0
    assert done.stdout


def test_a_mended_document_is_no_longer_among_them(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", "{")
    migrate(tree, database)
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    assert json.loads(rmos("rejects", "--database", database, "--json").stdout)["rejects"] == []


def test_a_rejected_file_that_was_taken_away_is_no_longer_among_them(tree: Path, database: Path) -> None:
    file = write(tree, "patterns/a.json", joblog())
    assert migrate(tree, database).totals.rejected == 1
    (tree / "joblogs").mkdir(exist_ok=True)
    file.rename(tree / "joblogs/a.json")  # as the hint of wrong-folder says
    assert migrate(tree, database).exit_code == 0
    assert json.loads(rmos("rejects", "--database", database, "--json").stdout)["rejects"] == []


def test_what_an_ended_run_undid_is_not_called_nothing(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", "{")
    done = rmos("migrate", tree, "--database", database, "--max-rejects", "0")
    assert "was undone: it is in no count here" in done.stdout
    said = rmos("rejects", "--database", database).stdout
    assert "No document is rejected or in conflict so far" in said
    assert "--max-rejects 0 allows" in said


WHOLLY_BROKEN = '{"patterns": oops'
BROKEN_INSIDE = [pattern(name=""), pattern("p2", geometry={})]


@pytest.mark.parametrize(
    "states",
    [(WHOLLY_BROKEN, BROKEN_INSIDE), (BROKEN_INSIDE, WHOLLY_BROKEN)],
    ids=["file first", "folder first"],
)
def test_rejects_are_saved_where_a_file_stands_in_a_folders_place_or_a_folder_in_a_files(
    states: tuple[object, object], tree: Path, database: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    there: set[str] = set()
    for state in states:
        write(tree, "patterns/all.json", state)
        migrate(tree, database)
        listed = json.loads(rmos("rejects", "--database", database, "--json").stdout)["rejects"]
        done = rmos("rejects", "--database", database, "--save", saved)
        assert done.returncode == 0
        assert "is there already" not in done.stderr
        new = digests(saved).keys() - there
        assert len(new) == len(listed) > 0
        there |= new
    assert {name for name in there if name.startswith("renamed/")} == new
    assert "saved as" in done.stderr


def test_one_saved_reject_is_a_file_and_two_are_files(tree: Path, database: Path, tmp_path: Path) -> None:
    for number, words in enumerate(["0 files", "1 file", "2 files"]):
        migrate(tree, database)
        done = rmos("rejects", "--database", database, "--save", tmp_path / words)
        assert f"{words} written to {tmp_path / words}\n" in done.stderr
        write(tree, f"patterns/{number}.json", "{")
