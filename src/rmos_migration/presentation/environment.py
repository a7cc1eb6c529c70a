"""The Jinja2 environment of reports and pages.

Everything is escaped and made printable, and an undefined name is an error.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ..diagnostics import printable
from . import charts, rosettes, text
from .plain_text import columns

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


def environment(*folders: Path, **more: Any) -> "Environment":
    """Return an environment for the templates in ``folders``; ``more`` are further names for them to use."""
    from jinja2 import (
        Environment,
        FileSystemLoader,
        StrictUndefined,
    )  # imported here because most commands make no page

    made = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "n": "{:,}".format,
        "about": text.about,
        "are": text.are,
        "brief": text.brief,
        "columns": columns,
        "ended": text.ENDED,
        "amount": text.amount,
        "entity_name": text.entity_name,
        "is_shrunk": rosettes.is_shrunk,
        "listed": text.listed,
        "millimetres": text.millimetres,
        "machine_time": lambda instant: f"{instant[:23]}Z" if instant.endswith("Z") else instant,
        "outcome_bar": drawn(charts.outcome_bar),
        "success": text.success,
        "name_of": text.name_of,
        "passed_over": text.passed_over,
        "place": text.place,
        "scale_bar": drawn(charts.scale_bar),
        "seconds": text.seconds,
        "share_bar": drawn(charts.share_bar),
        "size": text.size,
        "timeline": drawn(charts.timeline),
        "when": text.when,
        **more,
    }
    parts = made.get_template("parts.html").module
    for name in ("outcome_cells", "counts_table", "excerpt", "time"):
        made.globals[name] = getattr(parts, name)
    return made


def drawn(draw: Callable[..., str]) -> Callable[..., Markup]:
    """Return a function that returns as markup what ``draw`` makes: SVG of numbers and escaped text."""
    return lambda *arguments: Markup(draw(*arguments))  # noqa: S704


def _finalized(value: Any) -> Any:
    """Return a value for the page: text that is not our own markup without characters that could deceive."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
