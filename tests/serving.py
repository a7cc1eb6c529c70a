"""The server as tests call it: its application in this process, or a real one in a process of its own."""

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from builders import RMOS, started
from rmos_migration.api.app import create_app
from rmos_migration.api.server_settings import ServerSettings
from rmos_migration.store.database import database_at

with (
    warnings.catch_warnings()
):  # starlette would rather have the successor of httpx, which does the same here
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

TOKEN = "a-token-of-plain-characters"
STORES = "/api/rmos/stores"
MIGRATION = f"{STORES}/migration"


def serving(database: Path, source: Path | None = None, **more: Any) -> ServerSettings:
    """What is served; without a source, one that is not there. ``more`` are further fields of
    ``ServerSettings``."""
    told: dict[str, Any] = {"token": TOKEN} | more
    return ServerSettings(database_at(database), source or database.parent / "no-legacy-folder", **told)


def bearing(token: str | None) -> dict[str, str]:
    """The headers of a caller who shows a token, or none."""
    return {} if token is None else {"Authorization": f"Bearer {token}"}


@contextmanager
def client(
    database: Path, source: Path | None = None, token: str | None = TOKEN, **more: Any
) -> Iterator[TestClient]:
    """Somebody who calls the application in this process, and shows ``token``; ``more`` as for ``serving``.

    What goes wrong in the server is its answer, as for any caller, and no exception here.
    """
    app = create_app(serving(database, source, **more))
    with TestClient(
        app, "http://127.0.0.1", raise_server_exceptions=False, headers=bearing(token)
    ) as calling:
        yield calling


class Served(NamedTuple):
    """A server in a process of its own: its address, and its process id."""

    url: str
    pid: int

    def client(self, token: str | None = TOKEN) -> httpx.Client:
        """Somebody who calls it over the network."""
        return httpx.Client(base_url=self.url, headers=bearing(token), timeout=30)


@contextmanager
def served(database: Path, *options: str | Path, **environment: str) -> Iterator[Served]:
    """``rmos serve`` on a port that is free; it is ended at the end."""
    command = [*RMOS, "serve", "--port", "0", "--no-browser", "--database", database, *options]
    with started(*command, cwd=database.parent, RMOS_TOKEN=TOKEN, **environment) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        if "http://" not in said:
            process.kill()
            raise AssertionError(f"the server did not start: {said}{process.communicate()[1]}")
        yield Served(next(word for word in said.split() if word.startswith("http://")), process.pid)
        process.terminate()
        process.communicate(timeout=30)


def events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The server-sent events in a stream's lines, each with its name."""
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def at_the_end(caller: httpx.Client) -> list[tuple[str, dict[str, Any]]]:
    """What is told of a run while it goes on; when this is there, it is over."""
    with caller.stream("GET", f"{MIGRATION}/progress") as stream:
        return list(events(stream.iter_lines()))
