"""Finding the files of a legacy folder, in a stable order, without opening any of them.

The order is by path components in code points. A link is followed only if its target is inside the source and
is not read under its own name anyway, and each target once. Pipes, sockets and devices are reported, not
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
from .read import SourceFile
from .skipped_files import (
    LINK_TO_READ,
    NOT_READ,
    SkippedFiles,
    closed_folder,
    dead_link,
    type_of,
    with_problem,
)

_NO_FILE = "a pipe, socket or device is in the place of a file"


class Source:
    """A legacy folder.

    The first step of a path below it says what the documents are: a folder such as ``patterns``, or a file
    such as ``patterns.json`` (``folders.py``). Iterating over its files also collects what is skipped
    (``skipped_files.py``).

    Attributes:
        root: the folder, as the user named it.
        notices: what was noticed about names and links.
        doubtful: paths that the ledger has as documents that could not be read.
        folders_now: those of ``doubtful`` that turned out to be folders.

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
        self._skipped = SkippedFiles()
        refuse_other_than_source(root)

    @property
    def location(self) -> str:
        """The folder's real path, by which the ledger recognises it."""
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
        """Count the files to read by walking the tree once more, for the progress bar."""
        other = Source(self.root)
        return sum(1 for entity in ENTITIES for _ in other.files(entity))

    @property
    def ignored(self) -> Counter[str]:
        """How many files were ignored, by reason."""
        return self._skipped.ignored

    @property
    def ignored_paths(self) -> dict[str, list[str]]:
        """The first of them, by reason and path."""
        return self._skipped.paths

    def skipped(self) -> Iterator[SourceFile]:
        """Yield what is not read for its name or place but may hold records; not links and hidden files.

        It may be called once, after the files of every entity were walked.
        """
        elsewhere = self._skipped.elsewhere(self._real_root, self._followed)
        found = [*self._skipped.other_names, *self._skipped.unlisted, *elsewhere]
        yield from sorted(found, key=lambda file: file.path.split("/"))

    @property
    def unlisted(self) -> list[SourceFile]:
        """The folders of records that could not be listed, and dead links, each with its problem."""
        return self._skipped.unlisted

    def ignore(self, path: str) -> None:
        """Count a skipped file that holds no records as ignored."""
        self._skipped.ignore_without_records(path)

    def _names_of(self, entity: Entity) -> list[str]:
        names = names_in(self.named, self._real_root)
        return sorted(name for name in names if entity in (entity_of_folder(name), entity_of_file(name)))

    def _tell_reading(self, name: str, entity: Entity) -> None:
        if not is_usual(name, entity):
            message = f"the name {shown(as_text(name))} is read as {entity.name}"
            self.notices.append(diagnose("name-recognised", message, Location(as_text(name))))

    def _plain(self, path: str, full: str) -> SourceFile:
        if is_there(path, full) and not is_file(path, full):
            return with_problem(path, full, "file-not-regular", _NO_FILE)
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
                    yield with_problem(below, system_path, "file-not-regular", _NO_FILE)
                else:
                    self._list(below, system_path, waiting)
                    break
            else:
                waiting.pop()

    def _list(self, path: str, full: str, waiting: "list[_Folder]") -> None:
        """Add what a folder holds and is not skipped to ``waiting``, as names only, to save memory."""
        names: list[str] = []
        special: dict[str, int] = {}
        try:
            with os.scandir(full) as found:
                for entry in found:
                    kind = type_of(entry)
                    if self._skipped.skips(path, entry, kind):
                        continue
                    names.append(entry.name)
                    if kind != stat.S_IFREG:
                        special[entry.name] = kind
        except OSError as error:
            raise_if_machine_failed(path, error, full)
            self._skipped.unlisted.append(closed_folder(path, full, error))
        else:
            names.sort()
            waiting.append(_Folder(f"{path}/", full + os.sep, iter(names), special))
        if path in self.doubtful:
            self.folders_now.append(path)

    def _link(self, path: str, full: str, entity: Entity) -> Iterator[SourceFile]:
        target = os.path.realpath(full)
        leads_to_folder = is_folder(path, target)
        if not leads_to_folder and not path.lower().endswith(READ_ENDINGS):
            if leads_anywhere(path, full):
                self._skipped.ignore(NOT_READ, path)
            else:
                self._skipped.unlisted.append(dead_link(path, full))
            return
        if os.path.commonpath([target, self._real_root]) != self._real_root:
            yield with_problem(path, full, "file-outside", "the link leads out of the source folder")
        elif not leads_anywhere(path, full):
            yield with_problem(path, full, "file-unreadable", "the link leads nowhere")
        elif target in self._followed or self._is_read_anyway(target, entity):
            self._skipped.ignore(LINK_TO_READ, path)
            message = "the link leads to something that is read under its own name"
            self.notices.append(diagnose("link-not-followed", message, Location(fitted_path(path))))
        else:
            self._followed.add(target)
            if leads_to_folder:
                yield from self._walk(path, target, entity)
            elif is_file(path, target):
                yield SourceFile(fitted_path(path), target)
            else:
                yield with_problem(
                    path, full, "file-not-regular", "the link leads to a pipe, socket or device"
                )

    def _is_read_anyway(self, target: str, entity: Entity) -> bool:
        """Tell whether the walk of this entity reaches the link's target, or comes from inside it."""
        steps = Path(os.path.relpath(target, self._real_root)).parts
        if not steps or steps == (".",):
            return True
        if len(steps) == 1 and entity_of_file(steps[0]) is entity:
            return True
        if entity_of_folder(steps[0]) is not entity or any(step.startswith(".") for step in steps):
            return False
        return os.path.isdir(target) or is_read_by_name(steps[-1])


def json_files(root: Path) -> Iterator[SourceFile]:
    """Yield the files below any folder whose names say that they are read, in path order."""
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
    """A folder being walked: its two paths with the separator, the names left, and types other than files."""

    path: str
    full: str
    names: Iterator[str]
    special: dict[str, int]
