"""rmos rejects: what did not get in, why, and what to do; and the original bytes back."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from ..diagnostics import CATALOGUE, Diagnostic
from ..errors import UsageError
from ..migrate.outcome import Outcome
from ..migrate.summary import folders_among, were_not_looked_at
from ..presentation.not_loaded_now import strays_there
from ..sources.source_files import Presence
from ..store import rejects as not_loaded
from ..store import runs
from ..store.database import database_at
from ..store.rejects import EVERY, NotLoaded
from ..store.runs import Stray
from ..store.snapshot import Snapshot
from . import console
from .options import DatabaseOption, JsonOption, load_settings
from .result_files import keep_out_of_legacy_folders
from .saved_rejects import save_documents

HELP = """Files that seem to hold records and were not looked at are listed, too. In JSON, total counts the
documents alone, rejected and in conflict, and not_looked_at_total these files; --limit shortens the lists,
not the totals.

\b
Examples:
  rmos rejects                          all of them
  rmos rejects --code json-syntax       only those with this code (or its number, D202)
  rmos rejects --save kept-out          write the original files into the folder kept-out
"""


def rejects(
    database: DatabaseOption = None,
    code: Annotated[str | None, typer.Option("--code", help="Only rejects with this code.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many.")] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", metavar="DIR", help="Write the original bytes into this folder.", readable=False
        ),
    ] = None,
    gone: Annotated[
        bool, typer.Option("--gone", help="Also those whose file is no longer in the legacy folder.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print what is not loaded as of now; exit 0, whether there is anything or not."""
    settings = load_settings(database=database)
    if save is not None:
        keep_out_of_legacy_folders(save, settings)
    place = database_at(settings.database)
    code = None if code is None else _code_of(code)
    with place.read() as snapshot:
        found = not_loaded.page(snapshot, after=None, limit=EVERY, code=code)
        presence = Presence()
        found = [one for one in found if gone or not presence.is_gone(one.location, one.place.path)]
        strays = strays_there(snapshot, code, gone=gone)
        rejected = [one for one in found if one.outcome == Outcome.REJECTED]
        conflicts = [one for one in found if one.outcome == Outcome.CONFLICT]
        if as_json:
            _print_json(snapshot, rejected, conflicts, strays, limit)
        else:
            _print(snapshot, rejected, limit, "rejected", "Mend the files")
            _print(
                snapshot,
                conflicts,
                limit,
                "in conflict with another one of the same id",
                "Keep one of both",
            )
            _print_strays(strays, limit)
            if not found and not strays:
                console.say(_nothing_found(snapshot))
        if save is not None:
            bodies = ((one, not_loaded.body_at(snapshot, one.place)) for one in rejected[:limit])
            save_documents(bodies, save, place.permissions())


def _nothing_found(snapshot: Snapshot) -> str:
    """Return the sentence for an empty list; what a run met before it was undone is not on record."""
    last = next(iter(runs.newest(snapshot, 1)), None)
    if last is None or not last.stopped_by:
        return "No document is rejected or in conflict."
    return f"No document is rejected or in conflict so far. The last run did not finish: {last.stopped_by}."


def _code_of(named: str) -> str:
    """Return the name of a code that may be given by its number.

    Raises:
        UsageError: if the code is not known.
    """
    for code in CATALOGUE.values():
        if named.casefold() in (code.name, code.number.casefold()):
            return code.name
    raise UsageError(f"there is no code {named}", "see the code behind the place: rmos rejects")


class _Shown(NamedTuple):
    """A document that is not loaded, with the bytes that are kept of it and the reasons."""

    found: NotLoaded
    body: bytes | None
    reasons: Sequence[Diagnostic]

    def as_json(self) -> dict[str, object]:
        """Return the document as a JSON object."""
        found = self.found
        return {
            "source": found.location,
            "path": found.place.path,
            "pointer": found.place.pointer,
            "outcome": found.outcome,
            "code": found.code,
            "record_id": found.record_id,
            "run_id": found.run_id,
            "size_bytes": None if self.body is None else len(self.body),
            "diagnostics": [reason.as_json() for reason in self.reasons],
        }


def _with_bodies(snapshot: Snapshot, found: Iterable[NotLoaded]) -> Iterator[_Shown]:
    for one in found:
        yield _Shown(one, not_loaded.body_at(snapshot, one.place), not_loaded.reasons_of(snapshot, one))


def _print(snapshot: Snapshot, found: list[NotLoaded], limit: int | None, state: str, advice: str) -> None:
    for shown in _with_bodies(snapshot, found[:limit]):
        for diagnostic in shown.reasons:
            console.out.print(console.diagnostic_text(diagnostic))
    if found:
        documents = "1 document is" if len(found) == 1 else f"{len(found):,} documents are"
        console.say("")
        console.say(f"{documents} {state}{_beyond(found, limit)}. {advice}, then run rmos migrate again.")


def _print_strays(strays: list[Stray], limit: int | None) -> None:
    for one in strays[:limit]:
        console.out.print(console.diagnostic_text(one.diagnostic))
    if strays:
        console.say("")
        folders = folders_among(one.diagnostic.code for one in strays)
        console.say(
            f"{were_not_looked_at(len(strays), folders)}{_beyond(strays, limit)}. "
            "Move, rename or make readable what holds records, then run rmos migrate again."
        )


def _beyond(found: Sequence[object], limit: int | None) -> str:
    more = len(found) - len(found[:limit])
    return f" ({more:,} more than shown)" if more else ""


def _print_json(
    snapshot: Snapshot,
    rejected: list[NotLoaded],
    conflicts: list[NotLoaded],
    strays: list[Stray],
    limit: int | None,
) -> None:
    console.print_json(
        {
            "schema": "rmos-migration/rejects/1",
            "total": len(rejected) + len(conflicts),
            "rejected_total": len(rejected),
            "conflicts_total": len(conflicts),
            "not_looked_at_total": len(strays),
            "rejects": [one.as_json() for one in _with_bodies(snapshot, rejected[:limit])],
            "conflicts": [one.as_json() for one in _with_bodies(snapshot, conflicts[:limit])],
            "not_looked_at": [
                {"source": one.location, "run_id": one.run_id, **one.diagnostic.as_json()}
                for one in strays[:limit]
            ],
        }
    )
