"""The files of a legacy folder that are not read, by reason, and those outside the folders of records."""

import os
import re
import stat
from bisect import insort
from collections import Counter
from collections.abc import Collection, Iterator

from ..diagnostics import Location, diagnose, shown
from .folders import entity_of_folder, is_backup, is_of_records, is_read_by_name
from .machine import leads_anywhere, raise_if_machine_failed
from .paths import as_text, fitted_path
from .read import SourceFile

NAMED = 100
"""How many ignored files are named for each reason; the others are only counted."""

NOT_READ = "not .json or .jsonl"
HIDDEN = "hidden"
BACKUP = "backup copy"
LINK_TO_READ = "link to what is read anyway"
_OUTSIDE = "outside the folders of records"
_LINK_OUTSIDE = "link outside the folders of records"

_FILE_ENDING = re.compile(r"\.[^\W\d]\w*$")


class SkippedFiles:
    """The files of a source that are not read.

    Attributes:
        ignored: how many there are, by reason.
        paths: the first of them, by reason.
        other_names: files in the folders of records whose names do not say that they are read.
        unlisted: folders of records that could not be listed, and links there that lead nowhere.
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

    def skips(self, folder: str, entry: "os.DirEntry[str]", kind: int) -> bool:
        """Tell whether an entry in a folder of records is not read, and count or remember it then."""
        name = entry.name
        is_hidden = name.startswith(".")
        if not is_hidden and (kind == stat.S_IFDIR or is_read_by_name(name)):
            return False
        path = f"{folder}/{as_text(name)}"
        if is_hidden:
            self.ignore(HIDDEN, path)
        elif is_backup(name):
            self.ignore(BACKUP, path)
        elif kind == stat.S_IFLNK:
            return False
        elif kind == stat.S_IFREG:
            self.other_names.append(SourceFile(fitted_path(path), entry.path))
        else:
            self.ignore(NOT_READ, path)
        return True

    def ignore_without_records(self, path: str) -> None:
        """Count a file as ignored that was looked at and holds no records."""
        if "/" in path and entity_of_folder(path.partition("/")[0]) is not None:
            self.ignore(NOT_READ, path)
        elif is_read_by_name(path):
            self.ignore(_OUTSIDE, path)

    def elsewhere(self, root: str, followed: Collection[str]) -> Iterator[SourceFile]:
        """Yield the files below ``root`` that are neither in an entity's folder nor named after an entity.

        Hidden files, backup copies and links are ignored; what was ``followed`` through a link is read
        elsewhere. A folder that cannot be listed comes with its problem, and so does a link that leads
        nowhere.
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


def type_of(entry: "os.DirEntry[str]") -> int:
    """Return an entry's type bits, or 0 for a pipe, socket or device."""
    if entry.is_file(follow_symlinks=False):
        return stat.S_IFREG
    if entry.is_dir(follow_symlinks=False):
        return stat.S_IFDIR
    if entry.is_symlink():
        return stat.S_IFLNK
    return 0


def with_problem(path: str, full: str, code: str, message: str, hint: str = "") -> SourceFile:
    """Return a file or folder with the problem that keeps it from being opened."""
    stored = fitted_path(path)
    return SourceFile(stored, full, diagnose(code, message, Location(stored), hint=hint))


def closed_file(path: str, full: str, error: OSError) -> SourceFile:
    """Return a file that could not be looked at, with that problem."""
    message = f"it is not known whether it holds records; the system says: {error.strerror or error}"
    return with_problem(path, full, "unreadable-not-looked-at", message)


def closed_folder(path: str, full: str, error: OSError) -> SourceFile:
    """Return a folder that could not be listed, with that problem."""
    message = (
        "the folder could not be listed, so it is not known what it holds; the system says:"
        f" {error.strerror or error}"
    )
    return with_problem(path, full, "folder-not-looked-at", message)


def dead_link(path: str, full: str) -> SourceFile:
    """Return a link that leads nowhere, with that problem.

    It is not known whether it led to a file or to a folder; its name decides how it is counted.
    """
    message = (
        f"the link leads nowhere (to {_target(full)}),"
        " so it is not known whether the file or folder that it led to holds records"
    )
    hint = (
        "connect the disk that it leads to, replace the link with the file or folder, or delete the link;"
        " then run rmos migrate again"
    )
    code = "unreadable-not-looked-at" if _FILE_ENDING.search(path) else "folder-not-looked-at"
    return with_problem(path, full, code, message, hint)


def _target(link: str) -> str:
    try:
        return shown(as_text(os.readlink(link)))
    except OSError:
        return "a place that cannot be read"
