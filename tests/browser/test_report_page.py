"""The report's page as a person meets it: in a browser, on paper, with or without script, whatever is in the
files."""

import re
from pathlib import Path
from typing import Any

import pytest
from hostile_texts import HOSTILE, ROSETTE, elements, hostile_tree
from visiting import Open

from builders import EXAMPLES, family, pattern, write
from rmos_migration import build_report, migrate
from rmos_migration.reports.files import write_reports
from rmos_migration.reports.formats import Format

SIGHTS = [(1200, "light"), (1200, "dark"), (360, "light"), (360, "dark")]


def page_of(database: Path, folder: Path, **options: Any) -> str:
    """The URL of a report's page."""
    (file,) = write_reports(build_report(database, **options), folder, [Format.HTML])
    return file.as_uri()


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a second run over the messy example, with all there can be in it."""
    folder = tmp_path_factory.mktemp("page")
    for example in ("rmos_legacy", "messy_legacy", "messy_legacy"):
        migrate(EXAMPLES / example, folder / "rmos.db")
    return page_of(folder / "rmos.db", folder, with_audit=True)


def test_the_page_needs_nothing_and_complains_of_nothing(messy: str, open_page: Open) -> None:
    visit = open_page(messy)
    assert visit.page.title().startswith("Finished, but not everything arrived.")
    assert visit.page.locator("h1").count() == 1
    visit.page.locator("details summary").first.click()
    assert visit.faults == []
    assert [url for url in visit.requests if not url.startswith("data:")] == [messy]


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
def test_the_page_is_accessible_and_fits_the_window(
    width: int, scheme: str, messy: str, open_page: Open
) -> None:
    visit = open_page(messy, width=width, color_scheme=scheme)
    assert visit.accessibility_faults() == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    background = visit.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    brightness = sum(map(int, re.findall(r"\d+", background)))
    assert (brightness > 600) == (scheme == "light")


def test_everything_can_be_read_without_script(messy: str, open_page: Open) -> None:
    visit = open_page(messy, java_script_enabled=False)
    assert visit.page.get_by_text("NaN is not a JSON value").first.is_visible()
    assert visit.page.locator("figure svg").count() == 36
    assert visit.page.locator("time").first.inner_text().endswith("UTC")


def test_times_are_shown_in_the_readers_zone(messy: str, open_page: Open) -> None:
    visit = open_page(messy, timezone_id="Asia/Tokyo")
    moment = visit.page.locator("#about time").first
    assert "UTC" not in moment.inner_text()
    assert moment.get_attribute("title").endswith("UTC")


def test_tables_are_sorted_by_numbers_as_numbers(messy: str, open_page: Open) -> None:
    visit = open_page(messy)
    table = visit.page.locator("#noticed table")
    for direction in ("ascending", "descending"):
        table.get_by_role("button", name="times").click()
        assert table.locator("th").nth(2).get_attribute("aria-sort") == direction
        numbers = [int(text) for text in table.locator("td.number").all_inner_texts()]
        assert numbers == sorted(numbers, reverse=direction == "descending")
    table.get_by_role("button", name="code").press("Enter")
    codes = table.locator("tbody th").all_inner_texts()
    assert codes == sorted(codes)


def test_links_of_the_contents_lead_somewhere(messy: str, open_page: Open) -> None:
    links = "[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))"
    page = open_page(messy).page
    targets = page.evaluate(links)
    assert len(targets) > 10
    assert [one for one in targets if not one.startswith("#") or page.locator(one).count() != 1] == []


def test_paper_shows_what_is_folded_on_the_screen(messy: str, open_page: Open) -> None:
    page = open_page(messy, color_scheme="dark").page
    page.locator("#kept-out summary").first.click()
    folded = page.locator("#kept-out details:not([open]) p").first
    assert not folded.is_visible()
    page.emulate_media(media="print")
    assert folded.is_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF-")


def test_nothing_from_a_hostile_tree_becomes_an_element(
    tree: Path, messy: str, tmp_path: Path, open_page: Open
) -> None:
    harmless = tmp_path / "harmless"
    hostile_tree(tree, HOSTILE)
    hostile_tree(harmless, "x" * len(HOSTILE))
    visits = []
    for source in (tree, harmless):
        database = tmp_path / f"{source.name}.db"
        for _ in range(2):
            migrate(source, database)
        visits.append(open_page(page_of(database, tmp_path / f"reports of {source.name}", with_audit=True)))
    hostile, plain = visits
    assert elements(hostile) <= elements(plain) | elements(open_page(messy))
    assert hostile.page.locator("script").count() == 1
    assert hostile.faults == []
    assert len([url for url in hostile.requests if not url.startswith("data:")]) == 1
    text = hostile.page.evaluate("document.body.innerText")
    assert "<script>alert(1)</script>" in text
    assert "{{ 7*7 }}" in text
    assert "\\u202e" in text
    assert not re.search("[\u202e\u200b\x1b]", text + hostile.page.content())


def test_long_names_do_not_widen_a_phones_page(tree: Path, tmp_path: Path, open_page: Open) -> None:
    long = "unbroken_" * 20
    write(tree, f"patterns/{long}.json", pattern(long, name=long, geometry=ROSETTE))
    write(tree, f"patterns/{long}2.json", f'{{"name": "{long}", "a": NaN}}')
    write(tree, "strip_families/a.json", family("a", material_type=long))
    migrate(tree, tmp_path / "rmos.db")
    page = open_page(page_of(tmp_path / "rmos.db", tmp_path, with_audit=True), width=360).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    hidden = """[...document.querySelectorAll('.cards td p, .cards .where')].filter(
        e => e.getBoundingClientRect().right > 360).length"""
    assert page.evaluate(hidden) == 0


def test_the_policy_stops_what_is_not_the_pages_own(messy: str, tmp_path: Path, open_page: Open) -> None:
    text = Path(messy.removeprefix("file://")).read_text(encoding="utf-8")
    evil = "<script>document.title = 'taken'</script><p style='color:red' id='p'>x</p><img src='file:///etc/hostname'>"
    file = tmp_path / "evil.html"
    file.write_text(text.replace("</main>", f"{evil}</main>"), encoding="utf-8")
    visit = open_page(file.as_uri())
    assert visit.page.title() != "taken"
    assert visit.page.evaluate("getComputedStyle(document.getElementById('p')).color") != "rgb(255, 0, 0)"
    assert len([fault for fault in visit.faults if "Content Security Policy" in fault]) == 3


def test_a_rosette_is_as_large_as_the_scale_says(messy: str, open_page: Open) -> None:
    page = open_page(messy).page
    ten_mm = page.locator("svg.scale").bounding_box()["width"]
    sizes = {}
    for figure in page.locator("figure").all():
        said = re.search(r"([\d.]+) mm", figure.inner_text())
        assert said is not None
        sizes[float(said[1])] = figure.locator("svg").bounding_box()["width"]
    assert len(sizes) > 10
    for millimetres, pixels in sizes.items():
        assert pixels == pytest.approx(
            millimetres * 62 / 60 * ten_mm / 10, rel=0.01
        )  # with the board around it
