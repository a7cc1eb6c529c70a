"""The dashboard as a person uses it: in a real browser, against a real server."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hostile_texts import HOSTILE, elements, hostile_tree
from visiting import Open, Visit

from builders import (
    EXAMPLES,
    execute,
    family,
    joblog,
    migrate_messy,
    pattern,
    query,
    rmos,
    write,
)
from rmos_migration import migrate
from rmos_migration.entities import ENTITIES
from rmos_migration.store.sqlite.lock import write_lock
from serving import TOKEN, Served, served
from two_steps import older_database

PAGES = ["/", "/runs", "/runs/1", "/rejects", "/patterns", "/strip-families", "/joblogs", "/audit", "/docs"]
SIZES = [(1200, "light"), (360, "dark")]


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of the messy example."""
    folder = tmp_path_factory.mktemp("messy")
    migrate_messy(folder / "rmos.db")
    with served(folder / "rmos.db", "--source", EXAMPLES / "messy_legacy") as server:
        yield server


def faults_of(visit: Visit) -> list[str]:
    """What a page complained about, but for answers that the browser notes because they are refusals."""
    return [fault for fault in visit.faults if "the server responded with a status of 401" not in fault]


def is_ours(visit: Visit, server: Served) -> bool:
    """Whether a page asked nobody but its own server."""
    return all(url.startswith((server.url, "data:", "blob:")) for url in visit.requests)


def give_token(page: Any, token: str = TOKEN) -> None:
    page.get_by_role("textbox", name="Token").fill(token)
    page.get_by_role("button", name="Continue").click()


def test_a_newcomer_gets_from_nothing_to_a_reject_explained(tmp_path: Path, open_page: Open) -> None:
    database = tmp_path / "rmos.db"
    with served(database, "--source", EXAMPLES / "messy_legacy") as server:
        visit = open_page(server.url)
        page = visit.page
        assert page.get_by_role("heading", level=1).inner_text().endswith("There is no database yet.")
        page.get_by_role("button", name="See what would happen").click()
        give_token(page, "not-the-token-at-all")
        page.get_by_text("This is not the token.").wait_for()
        give_token(page)
        page.wait_for_url("**/runs/dry-1")
        page.get_by_role("button", name="Migrate now").wait_for()
        assert page.locator("[data-count='total.found']").first.inner_text() == "61"
        assert not database.exists()
        page.get_by_role("button", name="Migrate now").click()
        page.wait_for_url("**/runs/1")
        page.get_by_role("heading", level=1, name=re.compile("not everything arrived")).wait_for()
        assert page.locator("[data-count='total.rejected']").first.inner_text() == "15"
        page.get_by_role("link", name="What is not loaded now").click()
        page.get_by_label("Reason").select_option("json-syntax")
        page.get_by_role("button", name="Show", exact=True).click()
        reject = page.get_by_role("article")
        assert reject.get_by_role("heading").inner_text() == "patterns/trailing-comma.json:8:79"
        assert "correct the file at the place shown" in reject.inner_text()
        reject.get_by_role("button", name="Show the lines").click()
        reject.locator("pre mark").wait_for()
        assert reject.locator("pre .caret").count() == 1
        page.get_by_role("link", name="Overview").click()
        kept_out = "SELECT count(*) FROM migration_ledger WHERE outcome IN ('rejected', 'conflict')"
        assert page.locator("[data-count='kept_out']").inner_text() == str(query(database, kept_out)[0][0])
        assert faults_of(visit) == []
        assert is_ours(visit, server)
        assert TOKEN not in page.url
        assert page.context.cookies() == []
        assert page.evaluate("Object.values(localStorage)") == []


def test_the_token_is_asked_for_once_a_session(messy: Served, open_page: Open) -> None:
    visit = open_page(f"{messy.url}/rejects?code=json-syntax")
    visit.page.get_by_role("button", name="Show the lines").click()
    give_token(visit.page)
    visit.page.locator("pre mark").wait_for()
    visit.page.goto(f"{messy.url}/rejects?code=json-surrogate")
    visit.page.get_by_role("button", name="Show the lines").click()
    visit.page.locator("pre mark").wait_for()
    other = open_page(f"{messy.url}/rejects?code=json-syntax")
    other.page.get_by_role("button", name="Show the lines").click()
    other.page.get_by_role("dialog").wait_for()


def test_a_token_with_a_stray_character_is_asked_for_again(messy: Served, open_page: Open) -> None:
    page = open_page(f"{messy.url}/runs").page
    page.get_by_role("button", name="See what would happen").click()
    give_token(page, f"{TOKEN}\u200b")
    page.get_by_text("This is not the token.").wait_for()
    give_token(page)
    page.wait_for_url("**/runs/dry-*")


def test_who_reads_about_a_run_stays_there_when_another_one_ends(tmp_path: Path, open_page: Open) -> None:
    database = tmp_path / "rmos.db"
    migrate_messy(database)
    with served(database, "--source", EXAMPLES / "messy_legacy") as server:
        with write_lock(database, "another run"):
            execute(
                database,
                "INSERT INTO migration_runs SELECT 2, started_at, NULL, 'running', source, dry_run,"
                " options_json, tool_version, counts_json, NULL, location, NULL FROM migration_runs",
            )
            page = open_page(f"{server.url}/runs/1").page
            page.get_by_text("Run 2:").first.wait_for()
        page.get_by_text("Run 2:").first.wait_for(state="hidden")
        assert page.url == f"{server.url}/runs/1"


def test_leaving_the_token_dialog_does_nothing(messy: Served, open_page: Open) -> None:
    visit = open_page(messy.url)
    visit.page.get_by_role("button", name="Migrate now").click()
    visit.page.get_by_role("button", name="Continue").click()
    assert visit.page.get_by_role("dialog").is_visible()
    visit.page.keyboard.press("Escape")
    visit.page.wait_for_timeout(200)
    assert visit.page.url == f"{messy.url}/"
    assert visit.page.evaluate("document.activeElement.textContent") == "Migrate now"
    visit.page.keyboard.press("Enter")
    visit.page.get_by_role("dialog").wait_for()


def test_a_run_from_the_command_line_shows_while_it_goes_on(tmp_path: Path, open_page: Open) -> None:
    database, tree = tmp_path / "rmos.db", tmp_path / "legacy"
    write(tree, "patterns/p.json", pattern())
    migrate(tree, database)
    with served(database, "--source", tree) as server:
        visit = open_page(server.url)
        assert not visit.page.locator("[data-progress]").is_visible()
        with write_lock(database, "a test"):
            visit.page.get_by_text("Another program is writing into the database.").first.wait_for(
                timeout=15_000
            )
            visit.page.get_by_role("button", name="Migrate now").click()
            give_token(visit.page)
            visit.page.get_by_text("wait until it has finished").wait_for()


@pytest.mark.parametrize("start", ["See what would happen", "Migrate now"])
def test_a_run_is_stopped_from_its_page(tmp_path: Path, open_page: Open, start: str) -> None:
    database, tree = tmp_path / "rmos.db", tmp_path / "legacy"
    for file in range(60):
        jobs = [joblog(f"j{file}-{number}") for number in range(1000)]
        write(tree, f"joblogs/{file}.json", json.dumps(jobs).encode())
    with served(database, "--source", tree) as server:
        visit = open_page(server.url)
        visit.page.get_by_role("button", name=start).click()
        give_token(visit.page)
        visit.page.get_by_role("button", name="Stop").click()
        visit.page.get_by_role("heading", level=1, name=re.compile("before its end|[Ss]topped")).wait_for()
        assert not visit.page.get_by_role("button", name="Stop").is_visible()
        assert not faults_of(visit)
        assert is_ours(visit, server)


def test_a_run_from_elsewhere_has_no_button_to_stop_it(messy: Served, open_page: Open) -> None:
    page = open_page(f"{messy.url}/runs/1").page
    assert page.get_by_role("button", name="Stop").count() == 0


def test_what_is_chosen_for_a_run_is_how_it_is_done(tmp_path: Path, open_page: Open) -> None:
    database, tree = tmp_path / "rmos.db", tmp_path / "legacy"
    write(tree, "patterns/a.json", pattern())
    write(tree, "patterns/b.json", pattern(name="another"))
    write(tree, "patterns/c.json", json.dumps(pattern("c", name="Grün"), ensure_ascii=False).encode("cp1252"))
    with served(database, "--source", tree) as server:
        page = open_page(server.url).page
        page.get_by_text("Options").click()
        page.get_by_label("Encoding of old files").fill("cp1252")
        page.get_by_label("If another record already has the id").select_option("replace")
        page.get_by_role("button", name="Migrate now").click()
        give_token(page)
        page.get_by_role("heading", level=1, name=re.compile("not everything arrived")).wait_for()
    rows = query(database, "SELECT id, name FROM patterns ORDER BY id")
    assert rows == [("c", "Grün"), ("p1", "another")]


def test_a_document_in_conflict_leads_to_the_record_that_stays(messy: Served, open_page: Open) -> None:
    page = open_page(f"{messy.url}/rejects?code=id-conflict").page
    assert page.locator("[data-count='rejects']").inner_text() == "1"
    page.get_by_role("link", name="p-twin-ring").click()
    page.wait_for_url("**/patterns/p-twin-ring")


def test_the_lines_get_the_focus_when_they_are_shown(messy: Served, open_page: Open) -> None:
    page = open_page(f"{messy.url}/rejects?code=json-syntax").page
    page.get_by_role("button", name="Show the lines").click()
    give_token(page)
    page.locator("pre mark").wait_for()
    assert page.evaluate("document.activeElement.localName") == "pre"


def test_a_page_that_was_left_open_learns_of_a_run_elsewhere(tmp_path: Path, open_page: Open) -> None:
    database, tree = tmp_path / "rmos.db", tmp_path / "legacy"
    write(tree, "patterns/p.json", pattern())
    with served(database, "--source", tree) as server:
        page = open_page(server.url).page
        assert rmos("migrate", tree, "--database", database).returncode == 0
        page.get_by_role("heading", level=1, name=re.compile("Everything arrived")).wait_for(timeout=15_000)
        assert page.url == f"{server.url}/"


def test_a_server_that_is_gone_is_said(tmp_path: Path, open_page: Open) -> None:
    database, tree = tmp_path / "rmos.db", tmp_path / "legacy"
    write(tree, "patterns/p.json", pattern())
    with served(database, "--source", tree) as server:
        page = open_page(server.url).page
        page.get_by_role("button", name="See what would happen").click()
        page.get_by_role("dialog").wait_for()
    give_token(page)
    page.get_by_text("The server is not responding.").wait_for()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, open_page: Open) -> None:
    with served(tmp_path / "rmos.db", "--source", tmp_path / "nowhere") as server:
        page = open_page(server.url).page
        page.get_by_role("button", name="See what would happen").click()
        give_token(page)
        page.get_by_role("alert").filter(has_text="nowhere").wait_for()


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_nobody_is_shut_out(messy: Served, open_page: Open, width: int, scheme: str) -> None:
    shown = [*PAGES, "/patterns/hauser-study", "/strip-families/plum-2", "/joblogs/j-020", "/nothing"]
    for path in shown:
        visit = open_page(messy.url + path, width=width, color_scheme=scheme)
        assert visit.accessibility_faults() == [], path
        too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not visit.page.evaluate(too_wide), path


def test_every_page_can_be_read_without_a_script(messy: Served, open_page: Open) -> None:
    for path in PAGES:
        visit = open_page(messy.url + path, java_script_enabled=False)
        assert visit.page.locator("h1").inner_text()
        assert not visit.page.get_by_role("button", name="Migrate now").is_visible()
        assert faults_of(visit) == []
    visit = open_page(f"{messy.url}/joblogs", java_script_enabled=False)
    visit.page.get_by_label("Status").select_option("cancelled")
    visit.page.get_by_role("button", name="Show").click()
    assert visit.page.locator("[data-count='joblogs']").inner_text() == "1"


def test_the_keyboard_leads_everywhere(messy: Served, open_page: Open) -> None:
    visit = open_page(messy.url)
    page = visit.page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim()"))
    assert {"See what would happen", "Migrate now", "All rules"} <= reached


def test_targets_are_large_enough_for_a_thumb(messy: Served, open_page: Open) -> None:
    visit = open_page(messy.url, width=360)
    for selector in (".button", "button[data-start]", ".top nav a"):
        for box in visit.page.locator(selector).all():
            assert box.bounding_box()["height"] >= 44


def test_times_are_in_the_zone_of_the_reader_with_utc_on_hover(messy: Served, open_page: Open) -> None:
    visit = open_page(f"{messy.url}/joblogs/j-020", timezone_id="America/New_York")
    made = visit.page.locator("time").first
    assert made.get_attribute("title").endswith("UTC")
    assert made.inner_text().endswith(("EST", "GMT-5"))


def test_records_lead_to_each_other(messy: Served, open_page: Open) -> None:
    page = open_page(f"{messy.url}/patterns").page
    page.get_by_label("Name").fill("hauser")
    page.keyboard.press("Enter")
    page.wait_for_url("**name=hauser**")
    assert page.locator("[data-count='patterns']").inner_text() == "1"
    page.get_by_role("link", name="Hauser Study").click()
    assert page.locator("main svg[role=img]").first.is_visible()
    page.get_by_role("link", name="bog-oak-2").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Bog Oak 2 mm"
    page.get_by_role("link", name="All patterns that use it").click()
    assert page.get_by_role("link", name="Hauser Study").is_visible()


def test_pages_go_on_to_the_last_record(tmp_path: Path, open_page: Open) -> None:
    tree, database = tmp_path / "legacy", tmp_path / "rmos.db"
    write(tree, "joblogs/many.json", [joblog(f"j{number:03}") for number in range(120)])
    migrate(tree, database)
    with served(database) as server:
        page = open_page(f"{server.url}/joblogs").page
        seen: list[str] = []
        while True:
            seen += page.locator("tbody th a").all_inner_texts()
            further = page.get_by_role("link", name="Next page")
            if not further.count():
                break
            further.click()
            page.wait_for_load_state()
    assert sorted(seen) == [f"j{number:03}" for number in range(120)]


def make_missing(database: Path) -> str:
    return "There is no database yet."


def make_older(database: Path) -> str:
    older_database(database)
    return "The database must be upgraded."


def make_newer(database: Path) -> str:
    migrate_messy(database)
    execute(database, "INSERT INTO schema_version VALUES (99, '2099-01-01', 'later')")
    return "The database is newer than this program."


def make_damaged(database: Path) -> str:
    database.write_bytes(b"this is no database" * 100)
    return "The database cannot be used."


@pytest.mark.usefixtures("two_steps")
@pytest.mark.parametrize("make", [make_missing, make_older, make_newer, make_damaged])
def test_a_database_that_cannot_be_used_is_said_on_every_page(
    make: Callable[[Path], str], tmp_path: Path, open_page: Open
) -> None:
    database = tmp_path / "rmos.db"
    said = make(database)
    with served(database, "--source", EXAMPLES / "rmos_legacy") as server:
        for path in PAGES[:-1]:
            page = open_page(server.url + path).page
            assert page.get_by_role("heading", level=1).inner_text().endswith(said), path
            assert str(tmp_path) not in page.content()
        if make in (make_missing, make_older):
            page = open_page(server.url).page
            page.get_by_role("button", name="Migrate now").click()
            give_token(page)
            page.wait_for_url("**/runs/1")
            page.get_by_role("heading", level=1, name=re.compile("Everything arrived")).wait_for()


def pages_of(server: Served) -> list[str]:
    """Every page that a server's database gives something to say on."""
    paths = PAGES.copy()
    with server.client() as client:
        for entity in ENTITIES:
            slug = entity.name.replace("_", "-")
            found = client.get(f"/api/rmos/stores/{slug}").json()[entity.name]
            paths += [f"/{slug}/{quote(one['id'], safe='')}" for one in found]
    return [*paths, f"/patterns?name={quote(HOSTILE[:30])}", f"/rejects?path={quote(HOSTILE[:30])}", "/<b>"]


def test_a_hostile_tree_gives_nothing_but_text(tmp_path: Path, open_page: Open) -> None:
    seen: dict[str, set[str]] = {}
    said = ""
    for text in (HOSTILE, "x" * len(HOSTILE)):
        source = tmp_path / ("hostile" if text == HOSTILE else "harmless")
        database = source.with_suffix(".db")
        hostile_tree(source, text)
        migrate(source, database)
        seen[text] = set()
        with served(database, "--source", source) as server:
            for path in pages_of(server):
                visit = open_page(server.url + path, width=360)
                is_missing = path == "/<b>"
                assert is_missing or visit.faults == [], path
                assert is_ours(visit, server)
                seen[text] |= elements(visit)
                said += visit.page.evaluate("document.body.innerText") if text == HOSTILE else ""
                visit.page.context.close()
            visit = open_page(f"{server.url}/rejects", width=360)
            for number, button in enumerate(visit.page.locator("[data-lines]").all()):
                button.click()
                if not number:
                    give_token(visit.page)
                button.wait_for(state="hidden")
            visit.page.locator("pre mark").first.wait_for()
            assert faults_of(visit) == []
            seen[text] |= elements(visit)
    assert seen[HOSTILE] <= seen["x" * len(HOSTILE)]
    assert "<script>alert(1)</script>" in said
    assert "{{ 7*7 }}" in said
    assert not re.search("[\u202e\u200b\x1b]", said)


def test_a_family_and_its_records_of_a_hostile_name_are_reachable(tmp_path: Path, open_page: Open) -> None:
    tree, database = tmp_path / "legacy", tmp_path / "rmos.db"
    odd = "a/b?c#d%2F../é <b>"
    write(tree, "strip_families/f.json", family(odd))
    write(tree, "patterns/p.json", pattern(odd, strip_family_id=odd))
    migrate(tree, database)
    with served(database) as server:
        page = open_page(f"{server.url}/patterns").page
        page.get_by_role("link", name=f"pattern {odd}").click()
        assert page.get_by_role("heading", level=1).inner_text() == f"pattern {odd}"
        page.get_by_role("link", name="Full size").click()
        assert page.locator("svg title").text_content().startswith(f"pattern {odd}:")
        page.go_back()
        page.get_by_role("link", name=odd, exact=True).first.click()
        assert page.get_by_role("heading", level=1).inner_text() == f"family {odd}"
