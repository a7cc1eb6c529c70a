"""The report for people: one page that needs nothing but itself.

Everything in it that comes from files is escaped and made printable; a content security policy allows only the page's
own style and script, by their hashes.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from ..catalogue import CATALOGUE
from ..diagnostics import printable
from ..migrate.outcome import Status
from ..store.reporting import CONFLICT
from . import charts, wording
from .layout import columns
from .report import Gallery, KeptOut, Report, Rosette
from .rosettes import drawing

if TYPE_CHECKING:
    from jinja2 import Environment

SHOWN = 50
"""Documents shown of each code."""

FINDINGS = 100
"""Findings of an audit that are shown."""

_TEMPLATES = Path(__file__).parent / "templates"
_PICTURE = 150
"""Pixels across the largest rosette."""

_SMALL_MM, _LARGE_MM = 20, 250
"""Diameters between which rosettes set the scale; a larger one is drawn smaller than it says."""

_MOODS = {
    Status.COMPLETED: ("good", "✓"),
    Status.COMPLETED_WITH_REJECTS: ("warn", "!"),
    Status.INTERRUPTED: ("warn", "!"),
    Status.RUNNING: ("warn", "…"),
}


class _Group(NamedTuple):
    """The documents that were kept out for one reason, the first of them to be shown."""

    code: str
    heading: str
    explanation: str
    hint: str
    total: int
    shown: list[KeptOut]


def as_html(report: Report) -> str:
    """The report as a page."""
    style, script = _ours("report.css"), _ours("report.js")
    mood, sign = _mood(report)
    groups = _groups(report.kept_out or [])
    scale = _scale(report.gallery)
    findings, listed_above = wording.findings(report.audit) if report.audit else ([], 0)
    page = _environment(scale).get_template("report.html")
    return page.render(
        report=report,
        run=report.run,
        title=f"{report.verdict} RMOS migration report, {wording.when(report.run.started_at)}",
        policy=_policy(style, script),
        style=style,
        script=script,
        mood=mood,
        sign=sign,
        sections=dict(_sections(report)),
        groups=groups,
        most=max((group.total for group in groups), default=1),
        warnings=[one for one in report.noticed if one.severity == "warning" and one.code != CONFLICT],
        findings=findings[:FINDINGS],
        more_findings=max(len(findings) - FINDINGS, 0),
        listed_above=listed_above,
        records=_named(report.database.records) if report.database else {},
        gallery_scale=scale,
    )


def _environment(scale: float | None) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # here: most commands make no page

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "n": "{:,}".format,
        "about": wording.about,
        "are": wording.are,
        "before": wording.before,
        "brief": wording.brief,
        "columns": columns,
        "ended": wording.ENDED,
        "amount": wording.amount,
        "entity_name": wording.entity_name,
        "is_shrunk": lambda one: one.diameter_mm > _LARGE_MM,
        "listed": wording.listed,
        "millimetres": wording.millimetres,
        "machine_time": lambda instant: f"{instant[:23]}Z" if instant.endswith("Z") else instant,
        "outcome_bar": _drawn(charts.outcome_bar),
        "success": wording.success,
        "picture": _drawn(partial(_picture, scale=scale)),
        "changes": wording.changes,
        "name_of": wording.name_of,
        "place": wording.place,
        "run_name": wording.run_name,
        "scale_bar": _drawn(charts.scale_bar),
        "seconds": wording.seconds,
        "share_bar": _drawn(charts.share_bar),
        "size": wording.size,
        "timeline": _drawn(charts.timeline),
        "when": wording.when,
    }
    parts = environment.get_template("parts.html").module
    for name in ("outcome_cells", "counts_table", "excerpt", "time"):
        environment.globals[name] = getattr(parts, name)
    return environment


def _finalized(value: Any) -> Any:
    """Everything printed into the page that is no markup of ours, without characters that could deceive a reader."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _drawn(draw: Callable[..., str]) -> Callable[..., Markup]:
    """A function that makes SVG out of numbers, and escapes what else it is given, as one that gives markup."""
    return lambda *arguments: Markup(draw(*arguments))  # noqa: S704


def _ours(name: str) -> Markup:
    """A file of this package as it is."""
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704


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


def _mood(report: Report) -> tuple[str, str]:
    status = Status(report.run.status)
    if status is Status.COMPLETED and not report.run.totals.found:
        return "warn", "!"
    return _MOODS.get(status, ("bad", "✗"))


def _sections(report: Report) -> Iterator[tuple[str, str]]:
    """The parts of the page that there is something to show in, with their headings."""
    yield "documents", "Documents"
    if report.kept_out or report.run.totals.kept_out:
        yield "kept-out", "What was kept out"
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
    return {wording.entity_name(name): number for name, number in records.items()}


def _scale(gallery: Gallery | None) -> float | None:
    """Pixels for a millimetre, the same for all rosettes; a few that are far too large do not set it."""
    sizes = [one.diameter_mm for one in gallery.rosettes if one.diameter_mm] if gallery else []
    if not sizes:
        return None
    usual = [size for size in sizes if size <= _LARGE_MM]
    return _PICTURE / max(max(usual, default=_LARGE_MM), _SMALL_MM)


def _picture(one: Rosette, scale: float | None) -> str:
    size = one.diameter_mm or 1
    return drawing(one, pixels_per_mm=_PICTURE / size if scale is None or size > _LARGE_MM else scale)
