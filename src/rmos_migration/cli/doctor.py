"""rmos doctor: what the machine and the database look like, and what to do about it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import typer
from rich.text import Text

from .._version import __version__
from ..diagnostics import printable
from ..errors import DatabaseUnusable, ExitCode, UsageError
from ..settings import SETTINGS_FILE, Settings, settings_in_force, without_file
from ..store import runs, schema, structure
from ..store.checks import SEE, doubts
from ..store.database import database_at
from ..store.port import DatabasePort, DatabaseState, FileCondition
from . import console
from .leftovers import LeftBehind, files_left, logs_left
from .options import DatabaseOption, JsonOption, told_by_file
from .structure import structure_noted

_LOW_SPACE = 200 * 1024 * 1024
"""Bytes of free disk below which a run may not end well."""


class Check(NamedTuple):
    """One thing looked at: whether it is well, in words, and what to do if it is not."""

    name: str
    state: str
    text: str
    hint: str = ""


def doctor(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Print one line a check; exit 0, 4 when the database cannot be used, or 2 when only the settings cannot."""
    settings, chosen = _settings(database)
    place = database_at(chosen.database)
    checks = [settings, *_checks(place, place.inspect())]
    if as_json:
        console.print_json(
            {"schema": "rmos-migration/doctor/1", "checks": [check._asdict() for check in checks]}
        )
    else:
        colours = {"ok": "green", "note": "yellow", "bad": "red"}
        for check in checks:
            line = Text(f"{check.state:<5}", style=colours[check.state])
            line.append(printable(f"{check.name}: {check.text}"), style="default")
            console.out.print(line)
            if check.hint:
                console.say(f"     → {check.hint}")
    if any(check.state == "bad" for check in checks if check is not settings):
        raise typer.Exit(ExitCode.DATABASE)
    raise typer.Exit(ExitCode.USAGE if settings.state == "bad" else ExitCode.OK)


def _settings(database: str | None) -> tuple[Check, Settings]:
    """Look at ``rmos.toml``; where it cannot be used, go on with the environment's settings."""
    try:
        chosen = settings_in_force(database=database)
    except UsageError as error:
        given = {} if database is None else {"database": database}
        return Check("settings", "bad", error.message, error.hint), without_file(**given)
    if chosen.from_file:
        return Check("settings", "ok", told_by_file(chosen)), chosen.settings
    return Check("settings", "ok", f"{SETTINGS_FILE} sets nothing here"), chosen.settings


def _checks(place: DatabasePort, found: DatabaseState) -> Iterator[Check]:
    yield Check("program", "ok", f"rmos-migration {__version__}, schema {schema.CURRENT_VERSION}")
    yield _engine(place)
    yield _database(place, found)
    if found.condition in (FileCondition.CURRENT, FileCondition.OLDER):
        yield (soundness := _soundness(place))
        if found.condition is FileCondition.CURRENT and soundness.state == "ok":
            yield _structure(place)
            yield _records(place)
    yield _space(place.folder)
    yield from map(_left, (*logs_left(place, found), *files_left(place.folder)))
    locked = place.is_running()
    if locked:
        yield Check("lock", "note", f"held by {place.holder()}", "wait until it has finished")
    elif locked is None:
        text = f"{place.lock_place} cannot be looked at, so whether a run goes on is not known"
        yield Check("lock", "note", text, "check the file's permissions")
    else:
        yield Check("lock", "ok", "free")
    if found.condition is FileCondition.CURRENT:
        yield from _runs(place)


def _engine(place: DatabasePort) -> Check:
    found = place.engine()
    if not found.remark:
        return Check(found.name, "ok", found.version)
    return Check(found.name, "note", f"{found.version}; {found.remark}", found.hint)


def _database(place: DatabasePort, found: DatabaseState) -> Check:
    words = found.detail or f"{place.place}: {found.condition.value}"
    if found.condition is FileCondition.UNMARKED:
        return Check("database", "bad", words, "see what is wrong: rmos audit; then: rmos audit --repair")
    if found.condition is FileCondition.CHANGED:
        return Check("database", "bad", words, "see what is wrong: rmos audit; or restore a backup")
    if found.condition is FileCondition.COMPUTING:
        return Check("database", "bad", words, "restore the database from a backup")
    if found.condition in (FileCondition.NEWER, FileCondition.FOREIGN, FileCondition.DAMAGED):
        return Check("database", "bad", words, "name another file with --database, or restore a backup")
    if found.condition is FileCondition.OLDER:
        return Check("database", "note", f"{words} (schema {found.version})", "run: rmos init")
    if found.condition is FileCondition.CURRENT:
        return Check(
            "database",
            "ok",
            f"{place.place}, {place.size_bytes() / 1e6:.1f} MB, schema {found.version}",
        )
    return Check("database", "note", words, "run: rmos migrate")


def _soundness(place: DatabasePort) -> Check:
    if fault := place.check():
        return Check(
            "soundness", "bad", f"nothing will be written into the database: {fault}", "see: rmos audit"
        )
    return Check("soundness", "ok", "every page, row and index was read; no trigger or view is there")


def _structure(place: DatabasePort) -> Check:
    try:
        with place.read() as snapshot:
            there = structure.found(snapshot.connection)
    except DatabaseUnusable as damage:
        return Check("structure", "bad", damage.message, damage.hint)
    noted, hint = structure_noted(there)
    if noted:
        return Check("structure", "note", noted, hint)
    return Check("structure", "ok", "every table and index is as it was made")


def _records(place: DatabasePort) -> Check:
    try:
        with place.read() as snapshot:
            doubted = doubts(snapshot)
    except DatabaseUnusable as damage:
        return Check("records", "bad", damage.message, damage.hint)
    if doubted:
        return Check("records", "note", "; ".join(doubted), SEE)
    return Check("records", "ok", "what arrived is there, and every reference leads to a record")


def _space(folder: Path) -> Check:
    while not os.path.exists(folder):  # noqa: PTH110 - Path.exists raises for some names
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < _LOW_SPACE:
        return Check(
            "disk", "note", f"{free / 1e6:,.0f} MB free at {folder}", "free some space before a large run"
        )
    return Check("disk", "ok", f"{free / 1e9:,.1f} GB free at {folder}")


def _left(found: LeftBehind) -> Check:
    return Check(found.heading, "note" if found.hint else "ok", found.text, found.hint)


def _runs(place: DatabasePort) -> Iterator[Check]:
    try:
        with place.read() as snapshot:
            recent = runs.newest(snapshot, 1)
    except DatabaseUnusable as damage:
        yield Check("runs", "bad", damage.message, damage.hint)
        return
    if recent and recent[0].status == "interrupted":
        yield Check("runs", "note", f"run {recent[0].id} was cut off", "run: rmos migrate, which carries on")
    else:
        yield Check("runs", "ok", f"the last is {recent[0].id}, {recent[0].status}" if recent else "none yet")
