"""Pages from templates: what every page has, and what a browser may do with it."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from .._version import __version__
from ..api.addresses import record_address, slug_of
from ..api.problems import Problem
from ..api.state import root_of, state_of
from ..diagnostics import printable
from ..entities import ENTITIES, PATTERN
from ..migrate.summary import amount_not_looked_at, were_not_looked_at
from ..presentation.environment import environment
from .assets import asset_address
from .labels import label, text_of

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""The content security policy of the pages: only what this server has, and nothing inline."""

_IN_ORDER = sorted(ENTITIES, key=lambda entity: entity is not PATTERN)  # what a luthier looks for first

PAGES = {
    "/": "Overview",
    "/runs": "Runs",
    "/rejects": "Not loaded",
    **{f"/{slug_of(entity)}": entity.name.replace("_", " ").capitalize() for entity in _IN_ORDER},
    "/audit": "Audit",
}
"""The entries of the navigation."""


class Shell(NamedTuple):
    """What every page says around its own content: of which server it is, and what can be done here."""

    root: str
    database_name: str
    source_name: str
    token_file: str
    """The name of the file that the token stands in; empty where it comes from elsewhere."""
    may_change: bool

    def page(self, template: str, here: str, **values: Any) -> bytes:
        """Return a page; ``here`` is the part of the navigation that it belongs to."""
        text = (
            _environment()
            .get_template(template)
            .render(pages=PAGES, here=here, version=__version__, **self._asdict(), **values)
        )
        return text.encode("utf-8", "backslashreplace")


def as_page(content: bytes, status: int = 200) -> Response:
    """Return a page as an answer."""
    return Response(content, status, {"Content-Security-Policy": POLICY}, "text/html; charset=utf-8")


def problem_page(request: Request, problem: Problem) -> Response:
    """Return the page of a problem."""
    kind = problem.body.type.rpartition(":")[2]
    content = shell_of(request).page("problem.html", "", problem=problem.body, kind=kind)
    return as_page(content, problem.status)


def shell_of(request: Request) -> Shell:
    """Return the shell of the pages that a caller sees."""
    settings = state_of(request).settings
    token_is_given = settings.configured.token or settings.configured.token_file
    name = settings.database.name
    return Shell(
        root=root_of(request),
        database_name=printable(name),
        source_name=printable(settings.source.name or str(settings.source)),
        token_file="" if token_is_given else printable(f"{name}.token"),
        may_change=settings.token is not None,
    )


def address(path: str, /, **asked: Any) -> str:
    """Return a path with a query; values that are None are left out.

    Templates put ``root`` in front of paths.
    """
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    return f"{path}?{query}" if query else path


@cache
def _environment() -> "Environment":
    return environment(
        _FOLDER / "templates",
        address=address,
        asset_address=asset_address,
        label=label,
        record_address=record_address,
        text_of=text_of,
        amount_not_looked_at=amount_not_looked_at,
        were_not_looked_at=were_not_looked_at,
    )
