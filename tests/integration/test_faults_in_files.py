"""Files of several documents, some of them with faults, through every verb; and places that are the same
everywhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from builders import entries, family, joblog, pattern, query, records, rmos, write
from rmos_migration import build_report, migrate
from serving import MIGRATION, client

LIST = (
    f"[{json.dumps(joblog('a'))},\n{json.dumps(joblog('b', x='here'))},\n{json.dumps(joblog('c'))}]".replace(
        '"here"', "NaN"
    )
)


def same_place(database: Path, tree: Path) -> list[tuple[Any, ...]]:
    """Path, pointer, line and column of every reason, as database, rejects, report and API have them: all the
    same."""
    stored = query(
        database,
        'SELECT path, pointer, line, "column", code FROM migration_diagnostics'
        " WHERE severity = 'error' OR code = 'id-conflict' ORDER BY path, document, id",
    )
    told = json.loads(rmos("rejects", "--json", "--database", database).stdout)
    listed = [one for document in told["rejects"] + told["conflicts"] for one in document["diagnostics"]]
    report = json.loads(build_report(database).model_dump_json())
    reported = [one for document in report["kept_out"] for one in document["notices"]]
    with client(database, tree) as calling:
        served = [
            one
            for reject in calling.get(f"{MIGRATION}/rejects?limit=500").json()["rejects"]
            for one in reject["notices"]
        ]
    for others in (listed, reported, served):
        assert sorted(
            (one["path"], one["pointer"], one["line"], one["column"], one["code"]) for one in others
        ) == sorted(stored)
    return stored


def test_rejects_database_report_and_api_name_the_same_place(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", "\n\n  {\n" + json.dumps(pattern("p", ring_count=0))[1:])
    write(tree, "patterns/b.json", "\n " + json.dumps({"feeds": 3}))
    write(tree, "patterns/c.json", json.dumps(pattern("p1")))
    write(tree, "patterns/d.json", "\n" + json.dumps(pattern("p1", name="another")))
    write(tree, "patterns/e.json", b"\n  \xff")
    write(tree, "patterns/f.json", "")
    write(tree, "patterns/g.json", "[1,\n 2")
    write(tree, "patterns/h.json", codecs_utf_16('\r\n{"name": NaN}'))
    write(tree, "patterns/i.json", [{"feeds": 1}, pattern("i", ring_count="x"), pattern("p1", name="third")])
    write(tree, "patterns/j.jsonl", '{"feeds": 1}\n  {"x": 1e999}\n{"name": \n')
    write(tree, "joblogs/all.json", LIST)
    write(tree, "joblogs/large.json", json.dumps(joblog("l", parameters=3, notes="n" * 400_000)))
    migrate(tree, database)
    stored = same_place(database, tree)
    places = {(path, pointer): (line, column) for path, pointer, line, column, _ in stored}
    assert all(line is not None and column is not None for line, column in places.values())
    assert places["patterns/a.json", "/ring_count"][0] == 4
    assert places["patterns/b.json", ""] == (2, 2)
    assert places["patterns/d.json", ""] == (2, 1)
    assert places["patterns/e.json", ""] == (2, 3)
    assert places["patterns/i.json", "/0"] == (1, 2)
    assert places["patterns/j.jsonl", "/0"] == (1, 1)
    assert places["joblogs/all.json", "/1/x"] == (2, LIST.split("\n")[1].index("NaN") + 1)


def codecs_utf_16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")


def test_warnings_of_documents_that_arrived_have_their_place_too(tree: Path, database: Path) -> None:
    text = json.dumps(joblog("a", status="odd", job_type="odd"), indent=1)
    write(tree, "joblogs/a.json", text)
    migrate(tree, database)
    found = query(
        database, 'SELECT pointer, line, "column" FROM migration_diagnostics WHERE severity = ?', "warning"
    )
    lines = text.split("\n")
    assert sorted(found) == sorted(
        (f"/{key}", next(n for n, line in enumerate(lines, 1) if f'"{key}"' in line), 2)
        for key in ("status", "job_type")
    )


def test_siblings_of_a_faulty_document_keep_their_children(tree: Path, database: Path) -> None:
    families = json.dumps([family("f1"), family("f2", x="here"), family("f3")]).replace('"here"', "NaN")
    write(tree, "strip_families/all.json", families)
    for number in (1, 2, 3):
        write(tree, f"patterns/p{number}.json", pattern(f"p{number}", strip_family_id=f"f{number}"))
    summary = migrate(tree, database)
    assert (summary.totals.found, summary.totals.rejected) == (6, 1)
    assert [one["strip_family_id"] for one in records(database, "patterns").values()] == ["f1", None, "f3"]


ANONYMOUS = json.dumps({key: value for key, value in joblog().items() if key != "id"})
DOUBLED = '{"job_type": "slice", "parameters": {}, "parameters": {}}'
FILES = {
    "joblogs/list.json": LIST,
    "joblogs/keyed.json": f'{{"k1": {ANONYMOUS},\n"k2": {ANONYMOUS}, "k1": {ANONYMOUS}, "k3": {ANONYMOUS}}}',
    "joblogs/wrapped.json": f'{{"note": 1e999, "runs": {{"w1": {ANONYMOUS}, "w2": {DOUBLED}}}}}',
    "joblogs/lines.jsonl": f"{json.dumps(joblog('n1'))}\n{DOUBLED}\n{json.dumps(joblog('n2'))}\n",
}


@pytest.mark.parametrize("path", FILES)
def test_every_verb_works_with_files_whose_documents_have_faults(
    path: str, tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, path, FILES[path])
    summary = migrate(tree, database)
    assert summary.totals.migrated >= 1
    assert summary.totals.rejected >= 1
    assert rmos("verify", tree, "--database", database).returncode == 0
    assert rmos("audit", "--database", database).returncode == 0
    told = json.loads(rmos("rejects", "--json", "--database", database).stdout)
    assert told["total"] == summary.totals.rejected
    assert rmos("rejects", "--save", tmp_path / "saved", "--database", database).returncode == 0
    saved = [file.read_text() for file in (tmp_path / "saved").rglob("*") if file.is_file()]
    assert len(saved) == summary.totals.rejected
    assert all(one.replace("\n", "") in FILES[path].replace("\n", "") for one in saved)
    again = migrate(tree, database)
    assert (again.totals.unchanged, again.totals.rejected) == (
        summary.totals.migrated,
        summary.totals.rejected,
    )
    exported = rmos("export", tmp_path / "back", "--format", "source", "--database", database)
    assert exported.returncode == 0
    other = tmp_path / "other.db"
    back = migrate(tmp_path / "back", other)
    assert (back.totals.migrated, back.totals.rejected) == (summary.totals.migrated, summary.totals.rejected)
    assert records(other, "joblogs") == records(database, "joblogs")

    def places(one: Path) -> list[tuple[str, str]]:
        return sorted((entry["pointer"], entry["outcome"]) for entry in entries(one))

    assert places(other) == places(database)


def test_limit_of_rejects_counts_documents_of_a_file(tree: Path, database: Path) -> None:
    documents = [joblog(f"j{n}", x=float("nan") if n < 5 else 1) for n in range(10)]
    write(tree, "joblogs/all.json", json.dumps(documents))
    done = rmos("migrate", tree, "--database", database, "--max-rejects", "4")
    assert "5 documents were rejected" in done.stderr + done.stdout
    assert query(database, "SELECT count(*) FROM joblogs") == [(0,)]
    assert rmos("migrate", tree, "--database", database, "--max-rejects", "5").returncode == 1
    assert query(database, "SELECT count(*) FROM joblogs") == [(5,)]


def test_mended_document_arrives_in_the_next_run(tree: Path, database: Path) -> None:
    write(tree, "joblogs/all.json", LIST)
    migrate(tree, database)
    write(tree, "joblogs/all.json", LIST.replace("NaN", "1"))
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.unchanged, summary.totals.rejected) == (1, 2, 0)
    assert sorted(records(database, "joblogs")) == ["a", "b", "c"]
    assert rmos("verify", tree, "--database", database).returncode == 0
