"""What killed runs have left near a database: unfinished files, and logs beside a database that is not there yet."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ..files.leftovers import leftovers, older_leftovers
from ..sources.legacy_folder import UNFINISHED_MARK
from ..store.port import DatabasePort, DatabaseState, FileCondition

_MOST_NAMES = 10_000
"""Names that are looked at in one folder."""
_MOST_FOLDERS = 200
"""Folders that are looked at beside the database."""


class LeftBehind(NamedTuple):
    """What was found: its heading, what it is in words, and what to do; without a hint all is well."""

    heading: str
    text: str
    hint: str = ""


def logs_left(place: DatabasePort, found: DatabaseState) -> Iterator[LeftBehind]:
    """Tell of logs beside a database that do not belong to it as it is, or that it needs to be put back as it was."""
    is_there = found.condition not in (FileCondition.ABSENT, FileCondition.EMPTY)
    logs = place.logs_left(found)
    if not logs:
        return
    names = ", ".join(logs)
    if is_there:
        hint = (
            "do not delete it alone: the next run that opens the database undoes with it what was half done"
        )
        yield LeftBehind("log", f"a run that was cut off left {names}", hint)
        return
    removes = "the next migration removes it" if len(logs) == 1 else "the next migration removes them"
    hint = f"{removes}; if the database was moved away from here, move this to it first"
    yield LeftBehind("log", f"a run that was cut off before there was a database left {names}", hint)


def files_left(beside: Path) -> Iterator[LeftBehind]:
    """Tell of unfinished files in the database's folder and in each folder directly in it; links are not followed."""
    looks = [_look(beside)]
    folders = looks[0].folders
    looks += [_look(folder) for folder in folders[:_MOST_FOLDERS]]
    some = [look.folder for look in looks if look.holds_some]
    left = [file for folder in some for file in leftovers(folder)]
    older = [file for folder in some for file in older_leftovers(folder)]
    if left:
        names = ", ".join(map(str, left))
        hint = "the next command that writes a file there removes it; in an export, delete the whole folder"
        yield LeftBehind("leftovers", f"killed runs left {names}", hint)
    if older:
        names = ", ".join(map(str, older))
        hint = "look whether each is whole (rmos audit --database FILE); then rename or delete it"
        yield LeftBehind("old backups", f"an earlier version left {names} unfinished", hint)
    exports = ", ".join(str(look.folder) for look in looks if look.is_marked)
    if exports:
        hint = "if no rmos export is running, delete the folder and export again"
        yield LeftBehind("exports", f"an export did not finish: {exports}", hint)
    unseen = [f"{look.folder} holds more than {_MOST_NAMES:,} names" for look in looks if not look.is_all]
    if len(folders) > _MOST_FOLDERS:
        unseen.append(f"{beside} holds more than {_MOST_FOLDERS:,} folders")
    if unseen:
        hint = "look there for files named .rmos-….unfinished, if runs were killed"
        yield LeftBehind("leftovers", f"not everything was looked at: {'; '.join(unseen)}", hint)
    if not (left or older or exports or unseen):
        yield LeftBehind(
            "leftovers", "killed runs left nothing in the database's folder and those directly in it"
        )


class _Leftovers(NamedTuple):
    folder: Path
    holds_some: bool
    is_marked: bool
    folders: list[Path]
    is_all: bool


def _look(folder: Path) -> _Leftovers:
    """List a folder, as far as it can be listed."""
    try:
        with os.scandir(folder) as listed:
            entries = sorted(islice(listed, _MOST_NAMES + 1), key=lambda one: one.name)
            folders = [folder / one.name for one in entries if one.is_dir(follow_symlinks=False)]
    except OSError:
        return _Leftovers(folder, False, False, [], True)
    holds_some = any(".unfinished" in one.name for one in entries)  # which of them are ours, atomic knows
    is_marked = any(one.name == UNFINISHED_MARK for one in entries)
    return _Leftovers(folder, holds_some, is_marked, folders, len(entries) <= _MOST_NAMES)
