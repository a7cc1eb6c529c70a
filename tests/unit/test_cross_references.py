"""What source and pages refer to exists: pages, their sections, files. And the glossary is in order."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from pages import ROOT, prose

SOURCES = sorted(
    path for folder in ("src", "tests", "tools", "bench") for path in (ROOT / folder).rglob("*.py")
)
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])

_PAGE = re.compile(r"\bdocs/[\w/-]+\.md")
_SECTIONS = re.compile(r"\((docs/[\w/-]+\.md),\s([^()]+)\)")
_AT_THE_TOP = re.compile(r"(?<![\w/])[A-Z]+\.md")
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.M)
_NEXT_LINE = re.compile(r"\n\s*(?:# )?")


def text_of(file: Path) -> str:
    """A file's text, lines joined, so that a reference may stand in two of them."""
    return _NEXT_LINE.sub(" ", file.read_text(encoding="utf-8"))


def headings(page: Path) -> list[str]:
    return _HEADING.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and the site make them."""
    made: Counter[str] = Counter()
    found = set()
    for heading in headings(page):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.add(f"{slug}-{made[slug]}" if made[slug] else slug)
        made[slug] += 1
    return found


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """The files that a page links to, and the anchors in them."""
    for link in _LINK.findall(prose(page)):
        if not re.match(r"[a-z]+:", link):
            target, _, anchor = link.partition("#")
            yield (page.parent / target if target else page), anchor


def rows_of_glossary() -> list[list[str]]:
    lines = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


@pytest.mark.parametrize("pattern", [_PAGE, _AT_THE_TOP], ids=["in docs", "at the top"])
def test_every_page_that_is_named_exists(pattern: re.Pattern[str]) -> None:
    named = {
        (name, file.relative_to(ROOT).as_posix())
        for file in [*SOURCES, *PAGES]
        for name in pattern.findall(text_of(file))
    }
    assert len(named) > 5
    assert [(name, file) for name, file in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_section_that_is_named_has_its_heading() -> None:
    known = {f"docs/{page.name}": set(headings(page)) for page in (ROOT / "docs").glob("*.md")}
    named = {
        (page, section, file.relative_to(ROOT).as_posix())
        for file in [*SOURCES, *PAGES]
        for page, sections in _SECTIONS.findall(text_of(file))
        for section in re.split(r",\s+", sections)
    }
    assert len(named) > 50
    assert [one for one in sorted(named) if one[1] not in known.get(one[0], ())] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_of_a_page_lead_to_files_and_headings(page: Path) -> None:
    broken = [
        f"{target.name}#{anchor}"
        for target, anchor in links(page)
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target))
    ]
    assert broken == []


def test_glossary_is_alphabetical_and_names_no_term_twice() -> None:
    terms = [row[0].casefold() for row in rows_of_glossary()]
    assert len(terms) > 50
    assert [(one, other) for one, other in pairwise(terms) if one >= other] == []


def test_each_term_has_one_sentence_and_lives_in_a_page_or_package_that_exists() -> None:
    for term, meaning, where in rows_of_glossary():
        assert re.fullmatch(r"[A-Z].*[^.]\.", meaning), term
        assert ". " not in meaning, term
        packages = re.findall(r"`([a-z_]+)/`", where)
        assert packages or "](" in where, term
        assert all((ROOT / "src/rmos_migration" / package).is_dir() for package in packages), term
