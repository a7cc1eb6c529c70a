"""The dashboard's pages, as far as they can be told without a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import execute, migrate_messy
from rmos_migration.api.app import create_app
from rmos_migration.web.pages import page_routers
from rmos_migration.web.rendering import problem_page
from serving import TOKEN, TestClient, bearing, serving


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


def test_what_cut_a_run_short_is_told_without_places(visitor: TestClient, tmp_path: Path) -> None:
    database = tmp_path / "rmos.db"
    execute(database, f"UPDATE migration_runs SET status = 'failed', stopped_by = 'cannot write {database}'")
    for path in ("/", "/runs/1"):
        page = visitor.get(path)
        assert "annot write rmos.db" in page.text
        assert str(tmp_path) not in page.text


def test_a_run_that_is_not_there_has_no_page(visitor: TestClient) -> None:
    assert visitor.get("/runs/99").status_code == 404
