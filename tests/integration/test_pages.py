"""The dashboard's pages, as far as they can be told without a browser."""

import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from builders import execute, joblog, migrate_messy, pattern, query, rmos, write
from rmos_migration import migrate
from rmos_migration.api.app import create_app
from rmos_migration.web.pages import page_routers
from rmos_migration.web.rendering import problem_page
from serving import STORES, TOKEN, TestClient, bearing, serving


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[TestClient]:
    """Somebody who reads the pages of the messy example without a token."""
    migrate_messy(tmp_path / "rmos.db")
    app = create_app(serving(tmp_path / "rmos.db"), page_routers(), problem_page)
    with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False) as visiting:
        yield visiting


def test_a_page_that_was_made_for_a_caller_with_the_token_tells_no_place(
    visitor: TestClient, tmp_path: Path
) -> None:
    location = "/shop/legacy"
    execute(tmp_path / "rmos.db", f"UPDATE migration_sources SET location = '{location}'")
    execute(tmp_path / "rmos.db", f"UPDATE migration_runs SET source = '{location}'")
    for headers in (bearing(TOKEN), {}):
        page = visitor.get("/runs/1", headers=headers)
        assert page.status_code == 200
        assert location not in page.text


@pytest.mark.parametrize("geometry", ["[1, 2]", "null", "5", '"rings"'])
def test_a_geometry_that_is_no_object_is_shown_and_not_drawn(
    geometry: str, visitor: TestClient, tmp_path: Path
) -> None:
    execute(tmp_path / "rmos.db", f"UPDATE patterns SET geometry_json = '{geometry}'")
    assert visitor.get("/patterns").status_code == 200
    for (record,) in query(tmp_path / "rmos.db", "SELECT id FROM patterns"):
        page = visitor.get("/patterns/" + quote(record, safe=""))
        assert page.status_code == 200
        assert "no drawing" in page.text


@pytest.mark.parametrize(
    "ignored", ['{"x": 5}', '{"x": [5]}', '{"x": null}', '{"x": {"a": "b"}}', '{"x": "text"}']
)
def test_counts_that_cannot_be_are_the_fault_of_the_file(
    ignored: str, visitor: TestClient, tmp_path: Path
) -> None:
    counts = f'{{"files": {{"ignored_paths": {ignored}}}}}'
    execute(tmp_path / "rmos.db", f"UPDATE migration_runs SET counts_json = '{counts}'")
    for address in ("/runs", "/runs/1", "/runs/1/report"):
        page = visitor.get(address)
        assert page.status_code != 500, address
    done = rmos("report", "--database", tmp_path / "rmos.db")
    assert done.returncode == 4
    assert "migration_runs.counts_json (files.ignored_paths.x" in done.stderr


def test_what_cut_a_run_short_is_told_without_places(visitor: TestClient, tmp_path: Path) -> None:
    database = tmp_path / "rmos.db"
    execute(database, f"UPDATE migration_runs SET status = 'failed', stopped_by = 'cannot write {database}'")
    for path in ("/", "/runs/1"):
        page = visitor.get(path)
        assert "annot write rmos.db" in page.text
        assert str(tmp_path) not in page.text


def test_what_was_not_looked_at_is_named_with_what_to_do(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    write(tree, "rosettes/<b>.json", pattern("p2"))
    migrate(tree, database)
    app = create_app(serving(database, tree), page_routers(), problem_page)
    with TestClient(app, "http://127.0.0.1") as visiting:
        assert '<dd data-count="not_looked_at">1</dd>' in visiting.get("/").text
        page = visiting.get("/rejects").text
    told = re.findall(
        r'id="not-looked-at".*?<strong>(.*?)</strong>: (.+?)<br><span class="quiet">(.+?)</span>', page, re.S
    )
    ((path, message, hint),) = told
    assert path == "rosettes/&lt;b&gt;.json"
    assert message
    assert "patterns" in hint


def test_a_run_that_is_not_there_has_no_page(visitor: TestClient) -> None:
    assert visitor.get("/runs/99").status_code == 404


@pytest.mark.parametrize("record_id", ["..", ".", "statistics", "a/..", "a/drawing.svg", "by-id", "?id=x"])
def test_a_record_of_whatever_id_has_a_page_that_the_list_leads_to(
    visitor: TestClient, record_id: str
) -> None:
    made = {"id": record_id, "ring_count": 1, "geometry": {"rings": [{"radius_mm": 9, "segments": 9}]}}
    record = {"pattern_type": "rosette", "name": "odd one", **made}
    assert visitor.post(f"{STORES}/patterns", json=record, headers=bearing(TOKEN)).status_code == 201
    listed = visitor.get("/patterns", params={"name": "odd one"}).text
    link = unescape(re.findall(r'<strong><a href="([^"]+)">odd one', listed)[0])
    page = visitor.get(link)
    assert page.status_code == 200
    assert f"<dd>{escape(record_id)}</dd>" in page.text
    drawing = unescape(re.findall(r'href="([^"]+)">Full size', page.text)[0])
    assert visitor.get(drawing).headers["content-type"] == "image/svg+xml"


def test_the_further_link_keeps_what_was_asked_for_whatever_page_is_kept(tree: Path, database: Path) -> None:
    for number in range(61):
        write(tree, f"joblogs/{number}.json", joblog(f"job-{number}"))
    migrate(tree, database)
    with TestClient(
        create_app(serving(database, tree), page_routers(), problem_page), "http://127.0.0.1"
    ) as visiting:
        links = [
            re.findall(r'href="([^"]+)" rel="next"', visiting.get(path).text)
            for path in ("/joblogs", "/joblogs?sort=newest")
        ]
    assert ["sort=newest" in link for (link,) in links] == [False, True]
