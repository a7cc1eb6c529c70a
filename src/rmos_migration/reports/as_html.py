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
from . import charts, wording
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

_USUAL_MM = 250
"""A rosette larger than this across does not set the scale for the others."""

_MOODS = {
    Status.COMPLETED: ("good", "✓"),
    Status.COMPLETED_WITH_REJECTS: ("warn", "!"),
    Status.INTERRUPTED: ("warn", "!"),
    Status.RUNNING: ("warn", "…"),
}


class _Group(NamedTuple):
    """The documents that were kept out for one reason, the first of them to be shown."""

    code: str
    explanation: str
    hint: str
    total: int
    shown: list[KeptOut]


def as_html(report: Report) -> str:
    """The report as a page."""
    style, script = _ours("report.css"), _ours("report.js")
    mood, sign = _MOODS.get(Status(report.run.status), ("bad", "✗"))
    groups = _groups(report.kept_out or [])
    scale = _scale(report.gallery)
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
        sections=list(_sections(report)),
        groups=groups,
        most=max((group.total for group in groups), default=1),
        errors=[kind for kind in report.noticed if kind.severity == "error"],
        warnings=[kind for kind in report.noticed if kind.severity == "warning"],
        informed=[kind for kind in report.noticed if kind.severity == "info"],
        findings=report.audit.findings[:FINDINGS] if report.audit else [],
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
        "about": _about,
        "amount": wording.amount,
        "entity_name": wording.entity_name,
        "is_shrunk": lambda one: one.diameter_mm > _USUAL_MM,
        "listed": wording.listed,
        "millimetres": lambda length: f"{length:.4g} mm" if length < 1e6 else f"{length:,.0f} mm",
        "outcome_bar": _drawn(charts.outcome_bar),
        "percent": wording.percent,
        "picture": _drawn(partial(_picture, scale=scale)),
        "pieces": wording.pieces,
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


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _sections(report: Report) -> Iterator[tuple[str, str]]:
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
    return [
        _Group(
            code,
            CATALOGUE[code].explanation if code in CATALOGUE else "",
            shown[code][0].notices[0].hint,
            total,
            shown[code],
        )
        for code, total in totals.most_common()
    ]


def _about(document: KeptOut) -> str:
    said: list[str] = [document.outcome]
    if document.record_id is not None:
        said.append(f"id {document.record_id}")
    if document.generation is not None:
        said.append(f"written by {document.generation}")
    return ", ".join(said)


def _named(records: dict[str, int]) -> dict[str, int]:
    return {wording.entity_name(name): number for name, number in records.items()}


def _scale(gallery: Gallery | None) -> float | None:
    """Pixels for a millimetre, the same for all rosettes of a usual size."""
    sizes = [one.diameter_mm for one in gallery.rosettes if one.diameter_mm] if gallery else []
    usual = [size for size in sizes if size <= _USUAL_MM]
    return _PICTURE / max(usual or sizes) if sizes else None


def _picture(one: Rosette, scale: float | None) -> str:
    size = one.diameter_mm or 1
    return drawing(one, pixels_per_mm=_PICTURE / size if scale is None or size > _USUAL_MM else scale)
