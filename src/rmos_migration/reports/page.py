"""The report for people: one page that needs nothing but itself.

Everything in it that comes from files is escaped and made printable; a content security policy allows only the page's
own style and script, by their hashes.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from ..catalogue import CATALOGUE
from ..presentation import rosettes, text
from ..presentation.conclusion import mood_of
from ..presentation.environment import TEMPLATES, drawn, environment
from ..presentation.model import KeptOut
from ..store.model import CONFLICTS
from .model import Report
from .text import before, changes, run_name
from .text import findings as findings_of

_TEMPLATES = Path(__file__).parent / "templates"

SHOWN = 50
"""Documents shown of each code."""

FILES = 200
"""Files that were not looked at that are shown."""

FINDINGS = 100
"""Findings of an audit that are shown."""


class _Group(NamedTuple):
    """The documents that were not loaded for one reason, the first of them to be shown."""

    code: str
    heading: str
    explanation: str
    hint: str
    total: int
    shown: list[KeptOut]


def as_html(report: Report) -> str:
    """The report as a page."""
    style, script = _ours("report.css"), _ours("report.js")
    mood, sign = mood_of(report.run, doubted=bool(report.doubts))
    groups = _groups(report.kept_out or [])
    scale = rosettes.scale(report.gallery.rosettes) if report.gallery else None
    findings, listed_above = findings_of(report.audit) if report.audit else ([], 0)
    page = environment(
        _TEMPLATES,
        picture=drawn(partial(rosettes.picture, scale=scale)),
        before=before,
        changes=changes,
        run_name=run_name,
    ).get_template("report.html")
    return page.render(
        report=report,
        run=report.run,
        title=f"{report.verdict} RMOS migration report, {text.when(report.run.started_at)}",
        policy=_policy(style, script),
        style=style,
        script=script,
        mood=mood,
        sign=sign,
        sections=dict(_sections(report)),
        groups=groups,
        most=max((group.total for group in groups), default=1),
        warnings=[one for one in report.noticed if one.severity == "warning" and one.code not in CONFLICTS],
        findings=findings[:FINDINGS],
        most_files=FILES,
        more_findings=max(len(findings) - FINDINGS, 0),
        listed_above=listed_above,
        records=_named(report.database.records) if report.database else {},
        gallery_scale=scale,
    )


def _ours(name: str) -> Markup:
    """A file of this package as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704


def page_policy() -> str:
    """The content security policy of a report's page: its own style and script, by their hashes, and nothing else."""
    return _policy(_ours("report.css"), _ours("report.js"))


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _sections(report: Report) -> Iterator[tuple[str, str]]:
    """The parts of the page that there is something to show in, with their headings."""
    yield "documents", "Documents"
    if report.kept_out or report.run.totals.kept_out:
        yield "kept-out", "What was not loaded"
    if report.not_looked_at:
        yield "not-looked-at", "What was not looked at"
    if report.noticed:
        yield "noticed", "What was noticed"
    if report.gallery and report.gallery.total:
        yield "patterns", "The rosettes"
    if report.workshop and report.database:
        yield "workshop", "In the database now"
    if report.generations:
        yield "generations", "Which programs wrote the documents"
    if report.audit:
        yield "audit", "Audit"
    if len(report.history) > 1:
        yield "runs", "The last runs"
    yield "about", "About this run"


def _groups(documents: list[KeptOut]) -> list[_Group]:
    """Documents by the code of their first reason, the most frequent code first."""
    totals = Counter(document.notices[0].code for document in documents)
    shown: dict[str, list[KeptOut]] = {code: [] for code in totals}
    for document in documents:
        listed = shown[document.notices[0].code]
        if len(listed) < SHOWN:
            listed.append(document)
    return [_group(code, total, shown[code]) for code, total in totals.most_common()]


def _group(code: str, total: int, shown: list[KeptOut]) -> _Group:
    explanation = CATALOGUE[code].explanation if code in CATALOGUE else code
    heading, _, rest = explanation.partition(". ")
    return _Group(code, heading.removesuffix("."), rest, shown[0].notices[0].hint, total, shown)


def _named(records: dict[str, int]) -> dict[str, int]:
    return {text.entity_name(name): number for name, number in records.items()}
