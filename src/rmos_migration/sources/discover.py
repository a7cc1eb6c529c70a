"""Finding the files of a source folder, in a stable order, without opening any of them.

The order is by path components in code points. Links are followed only where their target lies inside the source
and is not read under its own name anyway; each such target once. Pipes, sockets and devices are reported, not
opened.
"""

import os
import stat
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from ..diagnostics import Diagnostic, Location, diagnose, shown
from ..entities import ENTITIES, Entity
from .folders import (
    READ_ENDINGS,
    entity_of_file,
    entity_of_folder,
    is_backup,
    is_read_by_name,
    is_usual,
)
from .legacy_folder import refuse_other_than_source
from .machine import (
    is_file,
    is_folder,
    is_there,
    leads_anywhere,
    names_in,
    own_faults_ignored,
    raise_if_machine_failed,
)
from .paths import as_text, fitted_path
from .skipped_files import (
    BACKUP,
    HIDDEN,
    LINK_TO_READ,
    NOT_READ,
    SkippedFiles,
    SourceFile,
    closed_folder,
    dead_link,
)

_NO_FILE = "a pipe, socket or device is in the place of a file"
_SPECIAL = 0


class Source:
    """A legacy folder.

    The first step of a path below it says what the documents are: a folder such as ``patterns``, or a file such as
    ``patterns.json`` (``folders.py``). Iterating over its files notes what is passed over (``passed_over.py``). Those of
    ``doubtful``, which stand in the ledger as documents that were not read, that are folders now are in ``folders_now``.

    Raises:
        UsageError: if there is no such folder, or nothing in it that says what the documents are.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.notices: list[Diagnostic] = []
        self.doubtful: Collection[str] = ()
        self.folders_now: list[str] = []
        self._real_root = os.path.realpath(root)
        self._followed: set[str] = set()
        self._left = SkippedFiles()
        refuse_other_than_source(root)

    @property
    def location(self) -> str:
        """The folder's real path, by which the ledger knows it again."""
        return as_text(self._real_root)

    @property
    def named(self) -> str:
        """The folder as it was named."""
        return as_text(str(self.root))

    def files(self, entity: Entity) -> Iterator[SourceFile]:
        """Yield the files of one entity, in path order."""
        for name in self._names_of(entity):
            top = os.path.join(self._real_root, name)
            if os.path.islink(top):
                self._tell_reading(name, entity)
                yield from self._link(as_text(name), top, entity)
            elif is_folder(as_text(name), top):
                if entity_of_folder(name) is entity:
                    self._tell_reading(name, entity)
                    yield from self._walk(as_text(name), top, entity)
            elif entity_of_file(name) is entity:
                self._tell_reading(name, entity)
                yield self._plain(as_text(name), top)

    def count(self) -> int:
        """Return how many files there are to read, found by walking the tree an extra time (for progress)."""
        other = Source(self.root)
        return sum(1 for entity in ENTITIES for _ in other.files(entity))

    @property
    def ignored(self) -> Counter[str]:
        """How many files were passed over, by reason."""
        return self._left.ignored

    @property
    def ignored_paths(self) -> dict[str, list[str]]:
        """The first of them, by reason and path."""
        return self._left.paths

    def passed_over(self) -> Iterator[SourceFile]:
        """Yield what is not read because of its name or place, but may hold records; links and hidden files are not among it.

        To be asked once, after the files of every entity were walked.
        """
        elsewhere = self._left.elsewhere(self._real_root, self._followed)
        found = [*self._left.other_names, *self._left.unlisted, *elsewhere]
        yield from sorted(found, key=lambda file: file.path.split("/"))

    @property
    def unlisted(self) -> list[SourceFile]:
        """The folders among those of records that could not be listed, and dead links there, each with its problem."""
        return self._left.unlisted

    def ignore(self, path: str) -> None:
        """Count a file that was passed over, and holds no records, as ignored."""
        self._left.ignore_without_records(path)

    def _names_of(self, entity: Entity) -> list[str]:
        names = names_in(self.named, self._real_root)
        return sorted(name for name in names if entity in (entity_of_folder(name), entity_of_file(name)))

    def _tell_reading(self, name: str, entity: Entity) -> None:
        if not is_usual(name, entity):
            message = f"the name {shown(as_text(name))} is read as {entity.name}"
            self.notices.append(diagnose("name-recognised", message, Location(as_text(name))))

    def _plain(self, path: str, full: str) -> SourceFile:
        if is_there(path, full) and not is_file(path, full):
            return _refusal(path, full, "file-not-regular", _NO_FILE)
        return SourceFile(path, full)

    def _walk(self, path: str, full: str, entity: Entity) -> Iterator[SourceFile]:
        waiting: list[_Folder] = []
        self._list(path, full, waiting)
        while waiting:
            folder = waiting[-1]
            for name in folder.names:
                below, system_path = folder.path + as_text(name), folder.full + name
                kind = folder.special.get(name)
                if kind is None:
                    yield SourceFile(fitted_path(below), system_path)
                elif kind == stat.S_IFLNK:
                    yield from self._link(below, system_path, entity)
                elif kind != stat.S_IFDIR:
                    yield _refusal(below, system_path, "file-not-regular", _NO_FILE)
                else:
                    self._list(below, system_path, waiting)
                    break
            else:
                waiting.pop()

    def _list(self, path: str, full: str, waiting: "list[_Folder]") -> None:
        """Add what a folder holds and is not ignored to ``waiting``; names only are kept, for memory's sake."""
        names: list[str] = []
        special: dict[str, int] = {}
        try:
            with os.scandir(full) as found:
                for entry in found:
                    kind = _kind(entry)
                    if self._is_passed_over(path, entry, kind):
                        continue
                    names.append(entry.name)
                    if kind != stat.S_IFREG:
                        special[entry.name] = kind
        except OSError as error:
            raise_if_machine_failed(path, error, full)
            self._left.unlisted.append(closed_folder(path, full, error))
        else:
            names.sort()
            waiting.append(_Folder(f"{path}/", full + os.sep, iter(names), special))
        if path in self.doubtful:
            self.folders_now.append(path)

    def _is_passed_over(self, folder: str, entry: "os.DirEntry[str]", kind: int) -> bool:
        name = entry.name
        is_hidden = name.startswith(".")
        if not is_hidden and (kind == stat.S_IFDIR or is_read_by_name(name)):
            return False
        path = f"{folder}/{as_text(name)}"
        if is_hidden:
            self._left.ignore(HIDDEN, path)
        elif is_backup(name):
            self._left.ignore(BACKUP, path)
        elif kind == stat.S_IFLNK:
            return False
        elif kind == stat.S_IFREG:
            self._left.other_names.append(SourceFile(fitted_path(path), entry.path))
        else:
            self._left.ignore(NOT_READ, path)
        return True

    def _link(self, path: str, full: str, entity: Entity) -> Iterator[SourceFile]:
        target = os.path.realpath(full)
        leads_to_folder = is_folder(path, target)
        if not leads_to_folder and not path.lower().endswith(READ_ENDINGS):
            if leads_anywhere(path, full):
                self._left.ignore(NOT_READ, path)
            else:
                self._left.unlisted.append(dead_link(path, full))
            return
        if os.path.commonpath([target, self._real_root]) != self._real_root:
            yield _refusal(path, full, "file-outside", "the link leads out of the source folder")
        elif not leads_anywhere(path, full):
            yield _refusal(path, full, "file-unreadable", "the link leads nowhere")
        elif target in self._followed or self._is_read_anyway(target, entity):
            self._left.ignore(LINK_TO_READ, path)
            message = "the link leads to something that is read under its own name"
            self.notices.append(diagnose("link-not-followed", message, Location(fitted_path(path))))
        else:
            self._followed.add(target)
            if leads_to_folder:
                yield from self._walk(path, target, entity)
            elif is_file(path, target):
                yield SourceFile(fitted_path(path), target)
            else:
                yield _refusal(path, full, "file-not-regular", "the link leads to a pipe, socket or device")

    def _is_read_anyway(self, target: str, entity: Entity) -> bool:
        """Whether the walk of this entity reaches the link's target, or comes from inside it."""
        steps = Path(os.path.relpath(target, self._real_root)).parts
        if not steps or steps == (".",):
            return True
        if len(steps) == 1 and entity_of_file(steps[0]) is entity:
            return True
        if entity_of_folder(steps[0]) is not entity or any(step.startswith(".") for step in steps):
            return False
        return os.path.isdir(target) or is_read_by_name(steps[-1])


def json_files(root: Path) -> Iterator[SourceFile]:
    """Yield the files below any folder that are read by their names, in path order."""
    found: list[str] = []
    waiting = [str(root)]
    while waiting:
        folder = waiting.pop()
        with own_faults_ignored(as_text(folder), folder), os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif is_read_by_name(entry.name):
                    found.append(entry.path)
    yield from (
        SourceFile(as_text(path), path) for path in sorted(found, key=lambda path: path.split(os.sep))
    )


class _Folder(NamedTuple):
    """A folder being walked: its two paths with the separator, the names left, and which are no plain files."""

    path: str
    full: str
    names: Iterator[str]
    special: dict[str, int]


def _kind(entry: "os.DirEntry[str]") -> int:
    """The entry's type bits, or ``_SPECIAL`` for a pipe, socket or device."""
    if entry.is_file(follow_symlinks=False):
        return stat.S_IFREG
    if entry.is_dir(follow_symlinks=False):
        return stat.S_IFDIR
    if entry.is_symlink():
        return stat.S_IFLNK
    return _SPECIAL


def _refusal(path: str, full: str, code: str, message: str) -> SourceFile:
    stored = fitted_path(path)
    return SourceFile(stored, full, diagnose(code, message, Location(stored)))
