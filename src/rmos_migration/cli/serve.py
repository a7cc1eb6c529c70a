"""rmos serve: the dashboard."""

import logging
import sys
import webbrowser
from ipaddress import ip_address
from socket import gethostname
from typing import Annotated

import typer

from ..errors import EnvironmentFailure
from ..settings import Settings
from ..store.database import Database
from . import console
from .chosen import load_settings
from .options import DatabaseOption

log = logging.getLogger(__name__)

_HELP = """Show the database in a browser, and serve it to programs (REST API, described at /docs).

Only this machine can reach it, unless --host says otherwise; then reading needs the token, too: a browser asks for it as
a password. Changes always need the token. It is made on the first start, and kept in a file beside the database that
only its owner may read (rmos.db.token), or taken from RMOS_TOKEN.

\b
Examples:
  rmos serve                          http://127.0.0.1:8000, until Ctrl-C
  rmos serve --source data/rmos_legacy --port 8080
  rmos serve --host 0.0.0.0 --allow-host workshop.local
"""


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("serve", help=_HELP)(serve)


def serve(
    database: DatabaseOption = None,
    source: Annotated[
        str | None,
        typer.Option("--source", help="The legacy folder, for runs that are started here."),
    ] = None,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes any that is free.")
    ] = 8000,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", metavar="NAME", help="Another name by which the server may be called."),
    ] = None,
    browser: Annotated[
        bool | None,
        typer.Option("--browser/--no-browser", help="Open the page; without this, if on a terminal."),
    ] = None,
) -> None:
    """Serve until Ctrl-C."""
    from ..api.app import create_app  # these take half a second, which no other command shall wait for
    from ..api.server import open_socket, serve, url_of
    from ..api.serving import LOOPBACK, Serving
    from ..web.pages import page_routers
    from ..web.rendering import problem_page

    settings = load_settings(database=database, source=source)
    place = Database.at(settings.database)
    is_local = _is_loopback(host)
    token = _token(place, settings, is_needed=not is_local)
    names = {*LOOPBACK, host.lower(), *(name.lower() for name in allow_host or ())}
    if not is_local:
        names.add(gethostname().lower())
    serving = Serving(
        place, settings.source, token, frozenset(names), readers_need_token=not is_local, settings=settings
    )
    listening = open_socket(host, port)
    url = url_of(listening)

    def when_ready() -> None:
        _greet(_for_others(url), place, settings, token)
        if browser or (browser is None and sys.stdout.isatty() and is_local):
            webbrowser.open(url)

    serve(create_app(serving, page_routers(), problem_page), listening, when_ready=when_ready)


def _for_others(url: str) -> str:
    """The address to call: where all of this machine's are listened on, that of its name."""
    name = gethostname()
    return url.replace("//0.0.0.0:", f"//{name}:").replace("//[::]:", f"//{name}:")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _token(place: Database, settings: Settings, *, is_needed: bool) -> str | None:
    from ..api.tokens import token_of

    given = None if settings.token is None else settings.token.get_secret_value()
    try:
        return token_of(place.path, given)
    except EnvironmentFailure as error:
        if is_needed:
            raise
        log.warning("%s; nothing can be changed", error.message)
        return None


def _greet(url: str, place: Database, settings: Settings, token: str | None) -> None:
    from ..api.tokens import token_file

    console.say(f"The dashboard is at {url} (Ctrl-C ends it).")
    if token is not None and settings.token is None:
        console.say(f"Changes need the token in {token_file(place.path)}.")
    sys.stdout.flush()
