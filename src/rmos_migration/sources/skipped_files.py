"""What of a legacy folder is not read: counted by reason, and walked where it lies outside the folders of records."""

import os
import re
from bisect import insort
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from ..diagnostics import Diagnostic, Location, diagnose, shown
from .folders import entity_of_folder, is_backup, is_of_records, is_read_by_name
from .machine import leads_anywhere, raise_if_machine_failed
from .paths import as_text, fitted_path

NAMED = 100
"""Ignored files that are named, of each reason; the others are counted only."""

NOT_READ = "not .json or .jsonl"
HIDDEN = "hidden"
BACKUP = "backup copy"
LINK_TO_READ = "link to what is read anyway"
_OUTSIDE = "outside the folders of records"
_LINK_OUTSIDE = "link outside the folders of records"

_FILE_ENDING = re.compile(r"\.[^\W\d]\w*$")


class SourceFile(NamedTuple):
    """One file to read: path below the source with ``/``, the system's path, or why it is not to be opened."""

    path: str
    full: str
    problem: Diagnostic | None = None


class SkippedFiles:
    """The files of a source that are not read: ``ignored`` counts them by reason, ``paths`` names the first of each.

    ``other_names`` are files in the folders of records that are not read by their names; ``unlisted`` are folders among
    those of records that could not be listed, and links there that lead nowhere.
    """

    def __init__(self) -> None:
        self.ignored: Counter[str] = Counter()
        self.paths: dict[str, list[str]] = {}
        self.other_names: list[SourceFile] = []
        self.unlisted: list[SourceFile] = []

    def ignore(self, reason: str, path: str) -> None:
        """Count a file as ignored."""
        self.ignored[reason] += 1
        named = self.paths.setdefault(reason, [])
        if len(named) < NAMED or path < named[-1]:
            insort(named, fitted_path(path))
            del named[NAMED:]

    def ignore_without_records(self, path: str) -> None:
        """Count a file as ignored that was looked at, and holds no records."""
        if "/" in path and entity_of_folder(path.partition("/")[0]) is not None:
            self.ignore(NOT_READ, path)
        elif is_read_by_name(path):
            self.ignore(_OUTSIDE, path)

    def elsewhere(self, root: str, followed: Collection[str]) -> Iterator[SourceFile]:
        """Yield the files below ``root`` outside of every entity's folder and of the files named after one.

        Hidden files, backup copies and links are ignored; what was ``followed`` through a link is read. A file or folder
        that the system does not let be looked at comes with its problem, and so does a link that leads nowhere.
        """
        waiting = [("", root)]
        while waiting:  # not os.walk, which fails where folders nest a thousand deep
            above, folder = waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        path = above + as_text(entry.name)
                        if (not above and is_of_records(entry)) or entry.path in followed:
                            continue
                        if entry.name.startswith("."):
                            self.ignore(HIDDEN, path)
                        elif entry.is_dir(follow_symlinks=False):
                            waiting.append((f"{path}/", entry.path))
                        elif is_backup(entry.name):
                            self.ignore(BACKUP, path)
                        elif entry.is_symlink() and not leads_anywhere(path, entry.path):
                            yield dead_link(path, entry.path)
                        elif entry.is_symlink():
                            self.ignore(_LINK_OUTSIDE, path)
                        elif entry.is_file(follow_symlinks=False):
                            yield SourceFile(fitted_path(path), entry.path)
            except OSError as error:
                raise_if_machine_failed(above or root, error, folder)
                yield closed_folder(above.rstrip("/"), folder, error)


def closed_file(path: str, full: str, error: OSError) -> SourceFile:
    """Return a file that could not be looked at, with what is to be said of it."""
    message = (
        f"it could not be looked at, so it is not known whether it holds records: {error.strerror or error}"
    )
    stored = fitted_path(path)
    return SourceFile(stored, full, diagnose("unreadable-not-looked-at", message, Location(stored)))


def closed_folder(path: str, full: str, error: OSError) -> SourceFile:
    """Return a folder that could not be listed, with what is to be said of it."""
    message = (
        "the folder could not be listed, so it is not known what it holds; the system says:"
        f" {error.strerror or error}"
    )
    stored = fitted_path(path)
    return SourceFile(stored, full, diagnose("folder-not-looked-at", message, Location(stored)))


def dead_link(path: str, full: str) -> SourceFile:
    """Return a link that leads nowhere, with what is to be said of it.

    Whether it led to a file or to a folder, nobody knows; it is counted as what its name is usual for.
    """
    message = (
        f"the link leads nowhere (to {_target(full)}), so it is not known whether the file or folder that it led to"
        " holds records"
    )
    hint = (
        "connect the disk that it leads to, or put the file or folder in place of the link; else delete the link."
        " Then run rmos migrate again"
    )
    stored = fitted_path(path)
    code = "unreadable-not-looked-at" if _FILE_ENDING.search(path) else "folder-not-looked-at"
    return SourceFile(stored, full, diagnose(code, message, Location(stored), hint=hint))


def _target(link: str) -> str:
    try:
        return shown(as_text(os.readlink(link)))
    except OSError:
        return "what cannot be read"
