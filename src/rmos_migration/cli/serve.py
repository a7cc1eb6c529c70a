"""rmos serve: the dashboard."""

import logging
import os
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from socket import gethostname
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import EnvironmentFailure
from ..files.atomic import unfinished
from ..files.leftovers import sweep
from ..files.permissions import OWNERS
from ..settings import Settings
from ..store.database import database_at
from ..store.port import DatabasePort
from . import console
from .options import DatabaseOption, load_settings

if TYPE_CHECKING:
    from ..api.tokens import Tokens

log = logging.getLogger(__name__)

HELP = """Only this machine can reach it, unless --host says otherwise. Changes always need the token, which the browser has that
this opens: the link is good once. Reading needs a token, too, where others may ask: with --host, with --allow-host, with
--readers-need-token, and in every request that tells of a proxy; a browser asks for it as a password. rmos token says where
the tokens are.

\b
Examples:
  rmos serve                          http://127.0.0.1:8000, until Ctrl-C
  rmos serve --source data/rmos_legacy --port 8080
  rmos serve --host 0.0.0.0 --allow-host workshop.local
  rmos serve --allow-host rmos.example.org --root-path /rmos    behind a proxy on this machine
"""


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
        typer.Option(
            "--allow-host", metavar="NAME[:PORT]", help="Another name by which the server may be called."
        ),
    ] = None,
    readers_need_token: Annotated[
        bool, typer.Option("--readers-need-token", help="Reading needs a token from everybody.")
    ] = False,
    root_path: Annotated[
        str, typer.Option("--root-path", metavar="PATH", help="The path below which a proxy shows it: /rmos.")
    ] = "",
    trust_proxy: Annotated[
        list[str] | None,
        typer.Option(
            "--trust-proxy", metavar="ADDRESS", help="A proxy that names that path in X-Forwarded-Prefix."
        ),
    ] = None,
    browser: Annotated[
        bool | None,
        typer.Option("--browser/--no-browser", help="Open the page; without this, if on a terminal."),
    ] = None,
) -> None:
    """Serve until Ctrl-C."""
    from ..api.app import create_app  # these take half a second, which no other command shall wait for
    from ..api.forwarding import checked_prefix, networks
    from ..api.hosts import allowed
    from ..api.server import open_socket, serve, url_of
    from ..api.server_settings import LOOPBACK, ServerSettings
    from ..web.pages import page_routers
    from ..web.rendering import problem_page

    settings = load_settings(database=database, source=source)
    place = database_at(settings.database)
    is_local = _is_loopback(host)
    readers_need_token = readers_need_token or not is_local or bool(allow_host)
    tokens = _tokens(place, settings, is_needed=readers_need_token)
    names = {*LOOPBACK, host.lower()} | allowed(allow_host or ())
    if not is_local:
        names.add(gethostname().lower())
    serving = ServerSettings(
        place,
        settings.source,
        tokens.writing,
        frozenset(names),
        readers_need_token,
        settings,
        reading_token=tokens.reading,
        root_path=checked_prefix(root_path, "--root-path"),
        trusted_proxies=networks(trust_proxy or ()),
        are_tokens_current=tokens.are_current,
    )
    listening = open_socket(host, port)
    url = f"{url_of(listening)}{serving.root_path}"

    with ExitStack() as until_the_end:

        def when_ready() -> None:
            _greet(_for_others(url), place, settings, tokens, readers_need_token=readers_need_token)
            is_seen = sys.stdout.isatty() and is_local
            opens = browser if browser is not None else is_seen
            link = url
            if tokens.writing and is_local and (is_seen or opens):
                link = f"{url}/#enter={serving.entrance.new_key()}"
            if is_seen and link != url:
                console.say(f"With all rights, once and within ten minutes: {link}")
            if opens:
                webbrowser.open(until_the_end.enter_context(_kept_from_others(link, place)))
            sys.stdout.flush()

        serve(create_app(serving, page_routers(), problem_page), listening, when_ready=when_ready)


@contextmanager
def _kept_from_others(link: str, place: DatabasePort) -> Iterator[str]:
    """What a browser is given to open: a file that leads to the link, because every user sees the arguments of programs.

    It lies beside the database, as browsers in a sandbox may read no temporary files. Windows shows arguments to nobody else.
    """
    if os.name != "posix" or "#" not in link:
        yield link
        return
    page = f'<!doctype html><meta http-equiv="refresh" content="0; url={link}"><title>RMOS</title>\n'
    folder = place.folder
    sweep(folder)
    with ExitStack() as until_the_end:
        try:
            file = until_the_end.enter_context(unfinished(folder, OWNERS, page_of=place.name))
            file.write(page.encode("ascii"), sync=False)
            shown = file.path.as_uri()
        except OSError:
            shown = link.partition("#")[0]
        yield shown


def _for_others(url: str) -> str:
    """The address to call: where all of this machine's are listened on, that of its name."""
    name = gethostname()
    return url.replace("//0.0.0.0:", f"//{name}:").replace("//[::]:", f"//{name}:")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _tokens(place: DatabasePort, settings: Settings, *, is_needed: bool) -> "Tokens":
    from ..api.tokens import Tokens, tokens_of

    try:
        return tokens_of(place.beside(""), settings)
    except EnvironmentFailure as error:
        if is_needed:
            raise
        log.warning("%s; nothing can be changed: %s", error.message, error.hint)
        return Tokens(None, None, lambda: True)


def _greet(
    url: str, place: DatabasePort, settings: Settings, tokens: "Tokens", *, readers_need_token: bool
) -> None:
    from ..api.tokens import places

    console.say(f"The dashboard is at {url} (Ctrl-C ends it).")
    writing, reading = places(place.beside(""), settings)
    if tokens.writing is not None and writing.given is None:
        console.say(f"Changes need the token in {writing}.")
    if readers_need_token and tokens.reading is not None and reading.given is None:
        console.say(f"Reading needs that token or the one in {reading}.")
    sys.stdout.flush()
