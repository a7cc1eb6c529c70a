"""What the server says of documents that are not loaded: where the fault is, at a cost that does not grow
with the page."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builders import joblog, pattern, write
from rmos_migration import migrate
from rmos_migration.api import audit_cache, response_cache
from rmos_migration.api.app import create_app
from rmos_migration.cli.app import app
from rmos_migration.reports import not_loaded
from rmos_migration.sources.read import read_files
from rmos_migration.web.pages import page_routers
from rmos_migration.web.rendering import problem_page
from serving import MIGRATION, TOKEN, TestClient, bearing, client, serving


def test_a_file_of_many_rejects_is_read_once_for_a_page(
    tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tree, "joblogs/many.json", [joblog(f"j{number}", parameters=[]) for number in range(20)])
    write(tree, "joblogs/other.json", [joblog("a"), joblog("b", parameters=[])])
    migrate(tree, database)
    read: list[str] = []

    def noting(files: list[not_loaded.SourceFile]) -> object:
        read.extend(file.path for file in files)
        return read_files(files)

    monkeypatch.setattr(not_loaded, "read_files", noting)
    with client(database, tree) as calling:
        rejects = calling.get(f"{MIGRATION}/rejects").json()["rejects"]
    assert read == ["joblogs/many.json", "joblogs/other.json"]
    assert [reject["pointer"] for reject in rejects[:3]] == ["/0", "/1", "/10"]
    assert all(reject["notices"][0]["line"] == 1 for reject in rejects)
    assert len({reject["notices"][0]["column"] for reject in rejects[:20]}) == 20


def test_the_totals_add_up_wherever_they_are_told(tree: Path, database: Path) -> None:
    """Documents that are not loaded, those whose file is gone, and files not looked at are counted apart, and
    all of them."""
    write(tree, "patterns/a.json", pattern("a"))
    write(tree, "patterns/b.json", pattern("a", name="other"))
    write(tree, "joblogs/many.json", [joblog(f"j{number}", parameters=[]) for number in range(7)])
    gone = write(tree, "joblogs/gone.json", [joblog("x", parameters=[]), joblog("y", parameters=[])])
    for number in range(3):
        write(tree, f"rosettes/{number}.json", pattern(f"r{number}"))
    migrate(tree, database)
    gone.unlink()
    status = json.loads(CliRunner().invoke(app, ["status", "--database", str(database), "--json"]).stdout)
    listed = json.loads(
        CliRunner().invoke(app, ["rejects", "--limit", "2", "--database", str(database), "--json"]).stdout
    )
    assert (listed["rejected_total"], listed["conflicts_total"], listed["not_looked_at_total"]) == (7, 1, 3)
    assert listed["total"] == listed["rejected_total"] + listed["conflicts_total"]
    assert [len(listed[name]) for name in ("rejects", "conflicts", "not_looked_at")] == [2, 1, 2]
    assert (status["rejected"], status["conflicts"], status["not_looked_at"]) == (7, 1, 3)
    assert status["kept_out"] == status["rejected"] + status["conflicts"]
    with client(database, tree) as calling:
        every = calling.get(f"{MIGRATION}/rejects").json()
        some = calling.get(f"{MIGRATION}/rejects", params={"code": "id-conflict"}).json()
    assert (every["total"], every["gone_total"], every["not_looked_at_total"]) == (8, 2, 3)
    assert len(every["rejects"]) == every["total"] + every["gone_total"]
    assert sum(every["codes"].values()) == every["total"]
    assert (some["total"], some["gone_total"], some["not_looked_at_total"]) == (1, 0, 3)


@pytest.fixture
def _files_are_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_cache, "FILES_SECONDS", 0.0)
    monkeypatch.setattr(audit_cache, "FILES_SECONDS", 0.0)
    monkeypatch.setattr(audit_cache, "_SHARE", 0)


@pytest.mark.usefixtures("_files_are_looked_at_again")
def test_a_file_that_is_taken_out_is_told_of_although_the_data_are_the_same(
    tree: Path, database: Path
) -> None:
    write(tree, "joblogs/a.json", joblog("a", parameters=[]))
    gone = write(tree, "joblogs/b.json", joblog("b", parameters=[]))
    migrate(tree, database)

    def told() -> list[object]:
        rejects = calling.get(f"{MIGRATION}/rejects").json()
        status = calling.get(f"{MIGRATION}/status").json()
        page, overview = calling.get("/rejects").text, calling.get("/").text
        audit, metrics = calling.get("/audit").text, calling.get("/metrics").text
        return [
            (rejects["total"], rejects["gone_total"]),
            status["validation"]["warnings"],
            page.count("joblogs/b.json"),
            [line for line in metrics.splitlines() if line.startswith("rmos_documents_kept_out{")],
            *(" ".join(text.split()) for text in (page, overview, audit)),
        ]

    with TestClient(
        create_app(serving(database, tree), page_routers(), problem_page),
        "http://127.0.0.1",
        headers=bearing(TOKEN),
    ) as calling:
        before = told()
        gone.unlink()
        after = told()
        gone.write_text("{}")
        again = told()
    assert before[:2] == again[:2] == [(2, 0), before[1]]
    assert after[0] == (1, 1)
    assert all(one != other for one, other in zip(before[3:], after[3:], strict=True))


def test_what_tells_of_files_is_kept_for_some_seconds(
    tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_cache, "FILES_SECONDS", 3600.0)
    gone = write(tree, "joblogs/a.json", joblog("a", parameters=[]))
    migrate(tree, database)
    with client(database, tree) as calling:
        before = calling.get(f"{MIGRATION}/rejects").json()
        gone.unlink()
        assert calling.get(f"{MIGRATION}/rejects").json() == before
