"""Finding the files of a source folder, in a stable order, without opening any of them.

The order is by path components in code points. Links are followed only where their target lies inside the source
and is not read under its own name anyway; each such target once. Pipes, sockets and devices are reported, not
opened.
"""

import os
import stat
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..diagnostics import Diagnostic, Location, diagnose
from ..entities import BY_NAME, ENTITIES, Entity
from ..errors import UsageError
from .names import as_text

READ_ENDINGS = (".json", ".jsonl", ".rsd")

_BACKUP_MARKS = ("~", ".bak", ".old", ".orig")
_BACKUP_ENDINGS = (
    *_BACKUP_MARKS,
    ".tmp",
    ".swp",
    *(mark + ending for mark in _BACKUP_MARKS for ending in READ_ENDINGS),
)
_NOT_READ = "not .json or .jsonl"

_NO_FILE = "a pipe, socket or device is in the place of a file"
_SPECIAL = 0


class SourceFile(NamedTuple):
    """One file to read: path below the source with ``/``, the system's path, or why it is not to be opened."""

    path: str
    full: str
    problem: Diagnostic | None = None


class Source:
    """A legacy folder. Iterating over its files counts in ``ignored`` what is passed over, by reason.

    The first step of a path below it says what the documents are: a folder such as ``patterns``, or a file such as
    ``patterns.json`` (DOMAIN.md §2).

    Raises:
        UsageError: if there is no such folder, or nothing in it that says what the documents are.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ignored: Counter[str] = Counter()
        self.notices: list[Diagnostic] = []
        self._real_root = os.path.realpath(root)
        self._followed: set[str] = set()
        if not os.path.isdir(root):
            raise UsageError(
                f"there is no folder {root}", "name the folder that holds patterns, strip_families, joblogs"
            )
        if not is_source(root):
            message = f"{root} holds none of the folders {', '.join(BY_NAME)}, and no file of such a name"
            raise UsageError(message, _suggestion(root))

    @property
    def location(self) -> str:
        """The folder's real path, by which the ledger knows it again."""
        return as_text(self._real_root)

    @property
    def named(self) -> str:
        """The folder as it was named."""
        return as_text(str(self.root))

    def files(self, entity: Entity) -> Iterator[SourceFile]:
        """The files of one entity, in path order."""
        for name in sorted([entity.name, *self._flat_files(entity)]):
            top = os.path.join(self._real_root, name)
            if os.path.islink(top):
                yield from self._link(name, top, entity)
            elif os.path.isdir(top):
                if name == entity.name:
                    yield from self._walk(name, top, entity)
            elif name != entity.name:
                yield self._plain(name, top)

    def count(self) -> int:
        """How many files there are to read, found by walking the tree an extra time (for progress)."""
        other = Source(self.root)
        return sum(1 for entity in ENTITIES for _ in other.files(entity))

    def count_elsewhere(self) -> int:
        """Count the JSON files outside the entities' folders into ``ignored``; returns how many there are."""
        count = 0
        for folder, name in _everything_below(self._real_root, leaving_out=BY_NAME):
            is_read = folder == self._real_root and entity_of_file(name) is not None
            count += name.lower().endswith(READ_ENDINGS) and not is_read
        if count:
            self.ignored["outside the folders of records"] += count
        return count

    def _flat_files(self, entity: Entity) -> list[str]:
        with suppress(OSError):
            return [name for name in os.listdir(self._real_root) if is_file_of(entity, name)]
        return []

    def _plain(self, path: str, full: str) -> SourceFile:
        if os.path.lexists(full) and not os.path.isfile(full):
            return _refusal(path, full, "file-not-regular", _NO_FILE)
        return SourceFile(path, full)

    def _walk(self, path: str, full: str, entity: Entity) -> Iterator[SourceFile]:
        waiting: list[_Folder] = []
        refusal = self._list(path, full, waiting)
        if refusal is not None:
            yield refusal
        while waiting:
            folder = waiting[-1]
            for name in folder.names:
                below, system_path = folder.path + as_text(name), folder.full + name
                kind = folder.special.get(name)
                if kind is None:
                    yield SourceFile(below, system_path)
                elif kind == stat.S_IFLNK:
                    yield from self._link(below, system_path, entity)
                elif kind != stat.S_IFDIR:
                    yield _refusal(below, system_path, "file-not-regular", _NO_FILE)
                else:
                    refusal = self._list(below, system_path, waiting)
                    if refusal is not None:
                        yield refusal
                    break
            else:
                waiting.pop()

    def _list(self, path: str, full: str, waiting: "list[_Folder]") -> SourceFile | None:
        """Add what a folder holds and is not ignored to ``waiting``; names only are kept, for memory's sake."""
        names: list[str] = []
        special: dict[str, int] = {}
        try:
            with os.scandir(full) as found:
                for entry in found:
                    kind = _kind(entry)
                    if self._is_ignored(entry.name, kind):
                        continue
                    names.append(entry.name)
                    if kind != stat.S_IFREG:
                        special[entry.name] = kind
        except OSError as error:
            return _refusal(path, full, "file-unreadable", f"the folder cannot be listed: {error.strerror}")
        names.sort()
        waiting.append(_Folder(f"{path}/", full + os.sep, iter(names), special))
        return None

    def _is_ignored(self, name: str, kind: int) -> bool:
        if name.startswith("."):
            reason = "hidden"
        elif kind == stat.S_IFDIR or is_read_by_name(name):
            return False
        elif name.lower().endswith(_BACKUP_ENDINGS):
            reason = "backup copy"
        elif kind == stat.S_IFLNK:
            return False
        else:
            reason = _NOT_READ
        self.ignored[reason] += 1
        return True

    def _link(self, path: str, full: str, entity: Entity) -> Iterator[SourceFile]:
        target = os.path.realpath(full)
        is_folder = os.path.isdir(target)
        if not is_folder and not path.lower().endswith(READ_ENDINGS):
            self.ignored[_NOT_READ] += 1
            return
        if os.path.commonpath([target, self._real_root]) != self._real_root:
            yield _refusal(path, full, "file-outside", "the link leads out of the source folder")
        elif not os.path.lexists(target) or os.path.islink(target):
            yield _refusal(path, full, "file-unreadable", "the link leads nowhere")
        elif target in self._followed or self._is_read_anyway(target, entity):
            self.ignored["link to what is read anyway"] += 1
            message = "the link leads to something that is read under its own name"
            self.notices.append(diagnose("link-not-followed", message, Location(path)))
        else:
            self._followed.add(target)
            if is_folder:
                yield from self._walk(path, target, entity)
            elif os.path.isfile(target):
                yield SourceFile(path, target)
            else:
                yield _refusal(path, full, "file-not-regular", "the link leads to a pipe, socket or device")

    def _is_read_anyway(self, target: str, entity: Entity) -> bool:
        """Whether the walk of this entity reaches the link's target, or comes from inside it."""
        steps = Path(os.path.relpath(target, self._real_root)).parts
        if not steps or steps == (".",):
            return True
        if is_file_of(entity, steps[0]) and len(steps) == 1:
            return True
        if steps[0] != entity.name or any(step.startswith(".") for step in steps):
            return False
        return os.path.isdir(target) or is_read_by_name(steps[-1])


def is_file_of(entity: Entity, name: str) -> bool:
    """Whether a file of this name, directly in the source, holds an entity's records: ``joblog.json``."""
    stem, ending = os.path.splitext(name)
    return stem in entity.file_names and ending.lower() in READ_ENDINGS


def entity_of_file(name: str) -> Entity | None:
    """The entity whose records a file of this name holds, where it lies directly in the source."""
    return next((entity for entity in ENTITIES if is_file_of(entity, name)), None)


def is_source(root: Path) -> bool:
    """Whether a folder holds anything that says which entity's records it is."""
    with suppress(OSError), os.scandir(root) as entries:
        return any(
            entry.is_dir() if entry.name in BY_NAME else entity_of_file(entry.name) is not None
            for entry in entries
        )
    return False


def json_files(root: Path) -> Iterator[SourceFile]:
    """The files below any folder that are read by their names, in path order."""
    found = [
        os.path.join(folder, name) for folder, name in _everything_below(str(root)) if is_read_by_name(name)
    ]
    yield from (
        SourceFile(as_text(path), path) for path in sorted(found, key=lambda path: path.split(os.sep))
    )


def _everything_below(root: str, leaving_out: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Folder and name of everything below a folder that is no folder itself; links to folders are not followed.

    Folders directly in it that are named in ``leaving_out`` are not looked into.
    """
    waiting = [root]
    while waiting:  # not os.walk, which fails where folders nest a thousand deep
        folder = waiting.pop()
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if folder != root or entry.name not in leaving_out:
                        waiting.append(entry.path)
                else:
                    yield folder, entry.name


class _Folder(NamedTuple):
    """A folder being walked: its two paths with the separator, the names left, and which are no plain files."""

    path: str
    full: str
    names: Iterator[str]
    special: dict[str, int]


def is_read_by_name(name: str) -> bool:
    """Whether a file's name says that it is read: JSON or JSON Lines, and no backup copy."""
    lower = name.lower()
    return lower.endswith(READ_ENDINGS) and not lower.endswith(_BACKUP_ENDINGS)


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
    return SourceFile(path, full, diagnose(code, message, Location(path)))


def _suggestion(root: Path) -> str:
    """Where the right folder may be: one level below or above the one named."""
    nearby: Iterable[Path] = []
    with suppress(OSError):
        nearby = [*(child for child in sorted(root.iterdir()) if child.is_dir()), root.resolve().parent]
    for candidate in nearby:
        if is_source(candidate):
            return f"did you mean {candidate}?"
    return "name the folder that holds patterns, strip_families, joblogs"
