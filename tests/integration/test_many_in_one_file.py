"""Files of several documents: each has its own fate, its own ledger entry and, if rejected, its own text."""

import codecs
import json
from pathlib import Path
from typing import Any

import pytest

from builders import domain_rows, entries, family, joblog, kept, noticed, pattern, query, records, rmos, write
from rmos_migration import migrate


def fates(database: Path) -> dict[tuple[str, str], tuple[str, str | None]]:
    return {(e["path"], e["pointer"]): (e["outcome"], e["code"]) for e in entries(database)}


def rejects(database: Path) -> list[dict[str, Any]]:
    return json.loads(rmos("rejects", "--database", database, "--json").stdout)["rejects"]


def test_each_document_of_a_file_has_its_own_ledger_entry(tree: Path, database: Path) -> None:
    write(
        tree,
        "patterns/all.json",
        [pattern("a"), pattern("b", ring_count=0), pattern("a", name="other"), pattern("c")],
    )
    summary = migrate(tree, database)
    assert fates(database) == {
        ("patterns/all.json", "/0"): ("migrated", None),
        ("patterns/all.json", "/1"): ("rejected", "field-invalid"),
        ("patterns/all.json", "/2"): ("conflict", "id-conflict"),
        ("patterns/all.json", "/3"): ("migrated", None),
    }
    assert summary.counts.generations == {"native": 4}
    assert sorted(records(database, "patterns")) == ["a", "c"]


def test_second_run_changes_nothing_where_all_arrived(tree: Path, database: Path) -> None:
    write(tree, "patterns/all.json", {"items": [pattern("a"), pattern("b")]})
    migrate(tree, database)
    before = kept(database)
    summary = migrate(tree, database)
    assert (summary.totals.unchanged, summary.counts.files.unread) == (2, 1)
    assert summary.counts.generations == {"native": 2}
    assert kept(database) == before


def test_file_with_one_reject_is_read_again_and_the_others_stay_as_they_are(
    tree: Path, database: Path
) -> None:
    write(tree, "patterns/all.json", [pattern("a"), pattern("b", ring_count=0)])
    migrate(tree, database)
    rows = domain_rows(database)
    summary = migrate(tree, database)
    assert (summary.totals.unchanged, summary.totals.rejected) == (1, 1)
    assert domain_rows(database) == rows


def test_mended_element_arrives_and_an_added_one_too(tree: Path, database: Path) -> None:
    write(tree, "patterns/all.json", [pattern("a"), pattern("b", ring_count=0)])
    migrate(tree, database)
    write(tree, "patterns/all.json", [pattern("new"), pattern("a"), pattern("b")])
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.unchanged, summary.totals.rejected) == (2, 1, 0)
    assert sorted(records(database, "patterns")) == ["a", "b", "new"]
    assert set(fates(database).values()) == {("migrated", None)}


def test_element_taken_out_leaves_its_row_and_what_the_row_was_made_from(tree: Path, database: Path) -> None:
    write(tree, "patterns/all.json", [pattern("a"), pattern("b")])
    migrate(tree, database)
    write(tree, "patterns/all.json", [pattern("b")])
    for _ in range(2):
        summary = migrate(tree, database)
        assert (summary.totals.found, summary.totals.unchanged, summary.counts.generations["native"]) == (
            1,
            1,
            1,
        )
        assert fates(database) == {
            ("patterns/all.json", "/0"): ("migrated", None),
            ("patterns/all.json", "gone:a"): ("migrated", None),
        }
    assert summary.counts.files.unread == 1
    assert sorted(records(database, "patterns")) == ["a", "b"]
    write(tree, "patterns/all.json", [pattern("b"), pattern("a")])
    assert migrate(tree, database).totals.unchanged == 2
    assert {pointer for _, pointer in fates(database)} == {"/0", "/1"}


def test_file_that_lost_all_its_documents_is_read_again_when_it_has_some(tree: Path, database: Path) -> None:
    for content in ([pattern("a")], [], [pattern("a")]):
        write(tree, "patterns/all.json", content)
        summary = migrate(tree, database)
    assert summary.totals.unchanged == 1
    assert set(fates(database)) == {("patterns/all.json", "/0")}


def test_reject_in_the_place_of_an_arrived_document_never_passes_for_it(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", [joblog("e")])
    migrate(tree, database)
    write(tree, "joblogs/a.json", [joblog("bad", job_type=None), joblog("e")])
    write(tree, "joblogs/b.json", joblog("e", job_type="batch"))
    assert migrate(tree, database, on_conflict="replace").totals.rejected == 1
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.rejected) == (1, 1)
    assert [(reject["path"], reject["pointer"]) for reject in rejects(database)] == [("joblogs/a.json", "/0")]


def test_what_a_replaced_row_was_made_from_stays_known_when_the_file_is_read_again(
    tree: Path, database: Path
) -> None:
    write(tree, "joblogs/a.json", [joblog("a", created_at="2024-01-01T00:00:00.000000Z"), joblog("b")])
    migrate(tree, database)
    later = [joblog("a", job_type="batch"), joblog("b")]
    write(tree, "joblogs/a.json", later)
    migrate(tree, database, on_conflict="replace")
    origin = next(e for e in entries(database) if e["record_id"] == "a")
    assert "created_at" in json.loads(origin["derived"])
    for content in (later, later[1:], later, [joblog("new"), *later]):
        write(tree, "joblogs/a.json", content)
        summary = migrate(tree, database)
        assert (summary.exit_code, summary.totals.conflicts) == (0, 0)
        (entry,) = [e for e in entries(database) if e["record_id"] == "a"]
        assert (entry["derived"], entry["content_sha256"]) == (origin["derived"], origin["content_sha256"])


def test_replaced_twins_stay_settled_when_they_move(tree: Path, database: Path) -> None:
    twins = [joblog("t"), joblog("t", job_type="batch")]
    write(tree, "joblogs/a.json", twins)
    assert migrate(tree, database, on_conflict="replace").totals.conflicts == 1
    write(tree, "joblogs/a.json", [joblog("new"), *twins])
    totals = migrate(tree, database).totals
    assert (totals.migrated, totals.unchanged, totals.conflicts) == (1, 1, 1)


def test_list_written_anew_as_lines_holds_the_same_documents(tree: Path, database: Path) -> None:
    documents = [pattern("a"), pattern("b")]
    write(tree, "patterns/all.json", documents)
    migrate(tree, database)
    write(tree, "patterns/all.json", "\n".join(json.dumps(document) for document in documents))
    summary = migrate(tree, database)
    assert (summary.totals.unchanged, summary.totals.conflicts) == (2, 0)


@pytest.mark.parametrize("options", [{"dry_run": True}, {}])
def test_dry_run_foretells_what_becomes_of_each(options: dict[str, Any], tree: Path, database: Path) -> None:
    write(
        tree,
        "joblogs/log.jsonl",
        "\n".join(json.dumps(j) for j in (joblog("a"), {"id": 1}, joblog("a", status="OK"))),
    )
    summary = migrate(tree, database, **options)
    assert (summary.totals.migrated, summary.totals.conflicts, summary.totals.rejected) == (1, 1, 1)
    assert database.exists() == (not options)


def test_flat_files_beside_the_folders_are_read(tree: Path, database: Path) -> None:
    write(tree, "patterns.json", [pattern("a")])
    write(tree, "joblog.jsonl", json.dumps(joblog("j", pattern_id="a")))
    write(tree, "strip_families.JSON", {"f": family("f"), "g": family("g")})
    write(tree, "other.json", {})
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.rejected) == (4, 0)
    assert records(database, "joblogs")["j"]["pattern_id"] == "a"
    assert summary.counts.files.ignored == {"outside the folders of records": 1}


def test_three_that_replace_each_other_settle(tree: Path, database: Path) -> None:
    write(tree, "joblogs/b.json", [joblog("bad", job_type=None), joblog("t"), joblog("t", job_type="batch")])
    migrate(tree, database, on_conflict="replace")
    write(tree, "joblogs/a.json", [joblog("t", job_type="contour")])
    migrate(tree, database, on_conflict="replace")
    rows = domain_rows(database)
    totals = migrate(tree, database, on_conflict="replace").totals
    assert (totals.migrated, totals.unchanged, totals.conflicts, totals.rejected) == (0, 1, 2, 1)
    assert domain_rows(database) == rows


# what is kept of documents inside files

BROKEN = '{ "name":"Säge" , "ring_count" : 0,\t"geometry": {"rings": [1.50]} }'


@pytest.mark.parametrize(
    ("name", "text", "pointer", "line", "column"),
    [
        ("list.json", f"[ {json.dumps(pattern('a'))},\n   {BROKEN}\n]", "/1", 2, 4),
        ("wrapped.json", f'{{"total": 1,\n "items": [\n  {BROKEN}]}}', "/items/0", 3, 3),
        ("keyed.json",
         f'{{"a": {json.dumps(pattern())}, "b/c": {json.dumps(pattern("x"))},\r\n "d": {BROKEN}}}',
         "/d", 2, 7),
        ("answer.json", f'{{"success": true, "pattern":\n{BROKEN}}}', "/pattern", 2, 1),
        ("lines.jsonl", f"{json.dumps(pattern('a'))}\n\n  {BROKEN}  \n", "/1", 3, 3),
        ("lines.json", f"{BROKEN}\r\n{json.dumps(pattern('a'))}\r\n", "/0", 1, 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF16_LE])
def test_kept_text_is_the_documents_own_and_the_place_is_that_in_the_file(
    name: str, text: str, pointer: str, line: int, column: int, mark: bytes, tree: Path, database: Path
) -> None:
    write(tree, f"patterns/{name}", mark + text.encode("utf-16-le" if mark else "utf-8"))
    migrate(tree, database)
    (body,) = query(database, "SELECT body FROM migration_rejects WHERE pointer = ?", pointer)[0]
    assert body.decode() == BROKEN
    (reject,) = rejects(database)
    (fault,) = reject["diagnostics"]
    assert (fault["code"], fault["pointer"]) == ("field-invalid", f"{pointer}/ring_count")
    assert (fault["line"], fault["column"]) == (line, column + BROKEN.index('"ring_count"'))


def test_rejects_inside_files_are_saved_under_names_of_their_own(
    tree: Path, database: Path, tmp_path: Path
) -> None:
    hostile = ["../../up", "a/b", "a-b", "con", "CON", "x" * 300, "\u202etxt", "a\nb"]
    write(tree, "patterns/k.json", {"patterns": {key: {"name": key} for key in hostile}})
    write(tree, "patterns/list.json", [{"name": "half"}, pattern("a"), {"name": "half"}])
    migrate(tree, database)
    saved = tmp_path / "saved"
    done = rmos("rejects", "--database", database, "--save", saved)
    assert "10 files written" in done.stderr
    files = {
        str(file.relative_to(saved)): file.read_bytes() for file in saved.rglob("*.json") if file.is_file()
    }
    assert len(files) == 10
    assert files["patterns/list.json/0.json"] == files["patterns/list.json/2.json"] == b'{"name": "half"}'
    assert {json.loads(raw)["name"] for name, raw in files.items() if "/k.json/" in name} == set(hostile)
    assert all(name.isascii() and len(name) < 120 for name in files)
    assert len({name.lower() for name in files}) == 10
    assert list(tmp_path.rglob("up*")) == []


def test_saved_copies_of_files_with_like_names_do_not_meet(
    tree: Path, database: Path, tmp_path: Path
) -> None:
    half = [{"name": "half"}, {"name": "other"}]
    write(tree, "patterns/a.json", half)
    write(tree, "patterns/a.jsonl", "\n".join(map(json.dumps, half)))
    write(tree, "patterns/a.1.json", half[0])
    write(tree, f"patterns/{'x' * 250}.json", half)
    migrate(tree, database)
    assert "7 files written" in rmos("rejects", "--database", database, "--save", tmp_path / "saved").stderr


def test_places_of_very_many_documents_are_found_in_one_walk(tree: Path) -> None:
    many = [joblog(f"j{n}", job_type="odd", notes="x" * 150) for n in range(20_000)]
    write(tree, "joblogs/all.json", json.dumps(many, indent=1))
    write(tree, "joblogs/flat.json", json.dumps(many))
    done = rmos("inspect", tree, "--json", timeout=100)  # counting lines anew for each took minutes
    documents = json.loads(done.stdout)["documents"]
    assert len(documents) == 40_000
    last = [document["diagnostics"][0] for document in documents if document["pointer"] == "/19999"]
    assert sorted(found["line"] for found in last) == [1, 19_999 * 9 + 4]


def test_broken_line_is_kept_as_it_stands(tree: Path, database: Path) -> None:
    cut = '  {"id": "cut", "name": "of'
    write(tree, "patterns/log.jsonl", f"{json.dumps(pattern('a'))}\n{cut}")
    migrate(tree, database)
    assert fates(database)["patterns/log.jsonl", "/1"] == ("rejected", "json-syntax")
    assert query(database, "SELECT body FROM migration_rejects") == [(cut.strip().encode(),)]
    (reject,) = rejects(database)
    assert (reject["diagnostics"][0]["line"], reject["diagnostics"][0]["column"]) == (2, 25)


# ring-level families


def banded(id_: str, *families: str) -> dict[str, Any]:
    bands = [{"radius_mm": 40 + n, "strip_family_id": family} for n, family in enumerate(families)]
    return {"id": id_, "name": id_, "ring_bands": bands}


def test_family_that_all_rings_share_is_referred_to(tree: Path, database: Path) -> None:
    write(tree, "strip_families/f.json", family("f"))
    write(tree, "patterns/p.json", banded("p", "f", "f"))
    summary = migrate(tree, database)
    assert records(database, "patterns")["p"]["strip_family_id"] == "f"
    assert "warning" not in {severity for *_, severity in noticed(database, summary.run_id)}


def test_shared_family_that_is_not_there_is_detached_and_attached_later(tree: Path, database: Path) -> None:
    write(tree, "patterns/p.json", banded("p", "f", "f"))
    summary = migrate(tree, database)
    assert ("patterns/p.json", "reference-missing", "warning") in noticed(database, summary.run_id)
    assert records(database, "patterns")["p"]["strip_family_id"] is None
    write(tree, "strip_families/f.json", family("f"))
    migrate(tree, database)
    undisturbed = database.with_name("undisturbed.db")
    migrate(tree, undisturbed)
    assert domain_rows(database) == domain_rows(undisturbed)


@pytest.mark.parametrize("missing", [["g"], ["f", "g"], []])
def test_families_of_single_rings_that_are_not_there_are_a_warning(
    missing: list[str], tree: Path, database: Path
) -> None:
    for name in {"f", "g"} - set(missing):
        write(tree, f"strip_families/{name}.json", family(name))
    write(tree, "patterns/p.json", banded("p", "f", "g", "f"))
    summary = migrate(tree, database, missing_references="reject")
    assert (summary.exit_code, summary.totals.migrated) == (0, 3 - len(missing))
    expected = [("patterns/p.json", "ring-family-missing", "warning")] if missing else []
    assert [found for found in noticed(database, summary.run_id) if found[2] == "warning"] == expected
    assert query(database, "SELECT count(*) FROM migration_pending_references") == [(0,)]
