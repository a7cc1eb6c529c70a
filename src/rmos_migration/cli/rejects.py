"""rmos rejects: what was kept out, why, and what to do; and the original bytes back."""

import os
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from ..diagnostics import CATALOGUE, Diagnostic
from ..errors import EnvironmentFailure, UsageError
from ..settings import load_settings
from ..sources.locate import located_in
from ..sources.presence import is_gone
from ..store import kept_out, queries
from ..store.database import Database
from ..store.queries import RejectRow
from . import console
from .options import DatabaseOption, JsonOption

_EVERY = 1_000_000

_HELP = """List the documents that are kept out, rejected or in conflict, with the reason, the place and what to do.

\b
Examples:
  rmos rejects                          all of them
  rmos rejects --code json-syntax       only those with this code (or its number, D202)
  rmos rejects --save kept-out          write the original files into the folder kept-out
"""


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("rejects", help=_HELP)(rejects)


def rejects(
    database: DatabaseOption = None,
    code: Annotated[str | None, typer.Option("--code", help="Only rejects with this code.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many.")] = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="DIR", help="Write the original bytes into this folder.")
    ] = None,
    gone: Annotated[
        bool, typer.Option("--gone", help="Also those whose file is no longer in the legacy folder.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print what is kept out as of now; exit 0, whether there is anything or not."""
    place = Database.at(load_settings(database=database).database)
    code = None if code is None else _code_of(code)
    with place.reader() as connection:
        found = [
            row
            for row in queries.rejected(connection, code=code)
            if gone or not is_gone(row.location, row.path)
        ]
        shown = [_located(row) for row in queries.with_bodies(connection, found[:limit])]
        conflicts = _conflicts(connection, code, gone=gone)
        if as_json:
            console.print_json(
                {
                    "schema": "rmos-migration/rejects/1",
                    "total": len(found),
                    "rejects": [_as_json(row) for row in shown],
                    "conflicts": [[one.as_json() for one in reasons] for reasons in conflicts],
                }
            )
        else:
            _print([row.diagnostics for row in shown], len(found), "rejected. Mend the files")
            _print(
                conflicts[:limit],
                len(conflicts),
                "in conflict with another one of the same id. Keep one of both",
            )
            if not found and not conflicts:
                console.say("Nothing is kept out.")
        if save is not None:
            _save(queries.with_bodies(connection, found[:limit]), save)


def _conflicts(connection: Connection, code: str | None, *, gone: bool) -> list[list[Diagnostic]]:
    """What is to be said of each document that is in conflict."""
    found = kept_out.page(connection, after=None, limit=_EVERY, outcome="conflict", code=code)
    return [
        kept_out.reasons_of(connection, one)
        for one in found
        if gone or not is_gone(one.location, one.place.path)
    ]


def _code_of(named: str) -> str:
    """The name of a code that may be named by its number."""
    for code in CATALOGUE.values():
        if named.casefold() in (code.name, code.number.casefold()):
            return code.name
    raise UsageError(f"there is no code {named}", "see the code behind the place: rmos rejects")


def _located(row: RejectRow) -> RejectRow:
    if row.body is None or row.pointer:  # a document inside a file has its places already
        return row
    return row._replace(diagnostics=located_in(row.diagnostics, row.path, row.body, row.encoding))


def _print(shown: list[list[Diagnostic]], total: int, what: str) -> None:
    for diagnostics in shown:
        for diagnostic in diagnostics:
            console.out.print(console.diagnostic_text(diagnostic))
    if total:
        beyond = f" ({total - len(shown):,} more than shown)" if len(shown) < total else ""
        documents = "1 document is" if total == 1 else f"{total:,} documents are"
        state, _, advice = what.partition(". ")
        console.say("")
        console.say(f"{documents} {state}{beyond}. {advice}, then run rmos migrate again.")


def _as_json(row: RejectRow) -> dict[str, object]:
    return {
        "source": row.location,
        "path": row.path,
        "pointer": row.pointer,
        "code": row.code,
        "run_id": row.run_id,
        "size_bytes": None if row.body is None else len(row.body),
        "diagnostics": [diagnostic.as_json() for diagnostic in row.diagnostics],
    }


def _save(found: Iterator[RejectRow], folder: Path) -> None:
    """Write each rejected document back under its own path; an existing file is never overwritten.

    Those of the first source go into ``folder`` itself, those of further sources into folders beside them.
    """
    written = 0
    folders: dict[str, Path] = {}
    for row in found:
        into = folders.setdefault(row.location, folder / f"source-{len(folders) + 1}" if folders else folder)
        if row.body is None:
            where = Path(row.location) / row.path
            console.say(f"{row.path}: its bytes could not be read; see {where}", on=console.err)
        else:
            written += _write_new(into / _name_of(row), row.body)
    console.say(f"{written:,} files written to {folder}", on=console.err)


def _name_of(row: RejectRow) -> str:
    """The path of a document's copy: that of its file; for one inside a file a folder of that name, and its pointer."""
    path = row.path.lstrip("/")
    if not row.pointer:
        return path
    plain = re.sub(r"[^a-z0-9_]+", "-", row.pointer.removeprefix("/"))
    if "/" + plain.replace("-", "/") != row.pointer or len(plain) > 80:
        plain = f"{plain[:80]}-{sha256(row.pointer.encode()).hexdigest()[:8]}"  # others may look the same
    return f"{path}/{plain}.json"


def _write_new(target: Path, body: bytes) -> bool:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(body)
    except FileExistsError:
        console.say(f"{target} is there already and was left as it is", on=console.err)
        return False
    except OSError as error:
        raise EnvironmentFailure(
            f"{target} cannot be written: {error.strerror}", "choose another folder"
        ) from error
    return True
