"""The report for people: one self-contained page.

Everything in it that comes from files is escaped and made printable; a content security policy allows only
the page's own style and script, by their hashes.
"""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup

from ..presentation.conclusion import mood_of
from ..presentation.environment import TEMPLATES, environment
from ..presentation.text import when
from .model import Report
from .sections import SECTIONS

_OWN_TEMPLATES = Path(__file__).parent / "templates"


def as_html(report: Report) -> str:
    """Return the report as a page."""
    style, script = _ours("report.css"), _ours("report.js")
    mood, sign = mood_of(report.run, doubted=bool(report.doubts))
    return (
        environment(_OWN_TEMPLATES)
        .get_template("report.html")
        .render(
            report=report,
            run=report.run,
            title=f"{report.verdict} RMOS migration report, {when(report.run.started_at)}",
            policy=_policy(style, script),
            style=style,
            script=script,
            mood=mood,
            sign=sign,
            sections=[section for section in SECTIONS if section.is_shown(report)],
        )
    )


def page_policy() -> str:
    """Return the content security policy of a report: only its own style and script, by their hashes."""
    return _policy(_ours("report.css"), _ours("report.js"))


def _ours(name: str) -> Markup:
    """Return a style or script of this program, which may go into the page as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()
