"""What a disk may hold after a power cut, worked out from the record of what a command did to it.

The model is POSIX's, as ext4 and others keep it at their weakest: what was written to a file since its last
sync may be there, or not, or in part, by sectors of 512 bytes and in any order; a file may have its new size
and zeros in place of its data; a name that was made, moved or taken away since the last sync of its folder
may be so or not. What was synced is there. A rename within a folder is there as a whole or not at all.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

SECTOR = 512
_HEAD = struct.Struct("=IiqII")
WRITE, SYNC, RENAME, LINK, UNLINK, MKDIR, CREATE, OPEN, TRUNCATE, SYNC_ALL = range(1, 11)

Kept = TypeVar("Kept")

_FOLDER = -1
"""Stands for a folder where the number of a file would."""


class Event(NamedTuple):
    """Something that was done: what, with which descriptor, where in the file; the path, and the bytes or the
    other path."""

    what: int
    descriptor: int
    offset: int
    path: str
    content: bytes


class Written(NamedTuple):
    """Bytes that were written to a file; ``content`` is None where it was cut to a size."""

    offset: int
    content: bytes | None


class Named(NamedTuple):
    """Names that changed in one step: which are gone, and which lead to which file."""

    gone: str | None
    made: str | None
    file: int


def read_record(path: Path) -> list[Event]:
    """Read what the library wrote down."""
    raw, at, events = path.read_bytes(), 0, []
    while at < len(raw):
        what, descriptor, offset, named, length = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        events.append(
            Event(
                *(what, descriptor, offset, raw[at : at + named].decode()),
                raw[at + named : at + named + length],
            )
        )
        at += named + length
    return events


@dataclass
class Disk:
    """The files below a folder: what is on the disk for good, and what is on its way there."""

    root: str
    files: dict[int, bytes] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    writing: dict[int, list[Written]] = field(default_factory=dict)
    naming: dict[str, list[Named]] = field(default_factory=dict)
    opened: dict[int, tuple[int, str]] = field(default_factory=dict)
    made: int = 0

    @classmethod
    def holding(cls, template: Path, root: Path) -> "Disk":
        """A disk on which all that lies in ``template`` lies in ``root``."""
        disk = cls(str(root))
        disk.names[str(root)] = _FOLDER
        for path in sorted(template.rglob("*")):
            name = str(root / path.relative_to(template))
            disk.names[name] = _FOLDER if path.is_dir() else disk._new(path.read_bytes())
        disk.seen = dict(disk.names)
        return disk

    def _new(self, content: bytes) -> int:
        self.made += 1
        self.files[self.made] = content
        return self.made

    def do(self, event: Event) -> None:
        """Let something happen that was recorded."""
        if event.what == OPEN:
            self.opened[event.descriptor] = (self.seen[event.path], event.path)
        elif event.what == CREATE:
            self._name(Named(None, event.path, self._new(b"")))
        elif event.what == MKDIR:
            self._name(Named(None, event.path, _FOLDER))
        elif event.what == RENAME:
            self._name(Named(event.path, event.content.decode(), self.seen[event.path]))
        elif event.what == LINK:
            self._name(Named(None, event.content.decode(), self.seen[event.path]))
        elif event.what == UNLINK:
            self._name(Named(event.path, None, 0))
        elif event.what == SYNC_ALL:
            for file in list(self.writing):
                self._sync_file(file)
            for folder in list(self.naming):
                self._sync_folder(folder)
        else:
            self._to_file(event, *self.opened[event.descriptor])

    def _to_file(self, event: Event, file: int, path: str) -> None:
        if event.what == SYNC and file == _FOLDER:
            self._sync_folder(path)
        elif event.what == SYNC:
            self._sync_file(file)
        else:
            content = None if event.what == TRUNCATE else event.content
            self.writing.setdefault(file, []).append(Written(event.offset, content))

    def _sync_file(self, file: int) -> None:
        self.files[file] = bytes(_written(self.files[file], self.writing.pop(file, [])))

    def _sync_folder(self, path: str) -> None:
        for one in self.naming.pop(path, []):
            _rename(self.names, one)

    def _name(self, one: Named) -> None:
        _rename(self.seen, one)
        folder = (one.made or one.gone or "").rpartition("/")[0]
        self.naming.setdefault(folder, []).append(one)

    def as_seen(self) -> dict[str, bytes]:
        """The files as a process sees them that runs while nothing fails."""
        return {
            name: bytes(_written(self.files[file], self.writing.get(file, [])))
            for name, file in self.seen.items()
            if file != _FOLDER
        }

    def after_a_cut(self, dice: Random) -> dict[str, bytes | None]:
        """What one power cut may leave, by path; None for a folder."""
        names = dict(self.names)
        for pending in self.naming.values():
            for one in _some(pending, dice):
                _rename(names, one)
        contents = {file: self._content(file, dice) for file in sorted(set(names.values()) - {_FOLDER})}
        image: dict[str, bytes | None] = {}
        for name, file in sorted(names.items()):
            if name == self.root or name.rpartition("/")[0] in image:
                image[name] = None if file == _FOLDER else contents[file]
        return image

    def _content(self, file: int, dice: Random) -> bytes:
        durable, pending = self.files[file], self.writing.get(file, [])
        if not pending:
            return durable
        if dice.random() < 0.15:  # the size is new, and the data are not there yet
            size = len(_written(durable, pending))
            return durable[:size].ljust(size, b"\0")
        kept = _some(pending, dice)
        if dice.random() < 0.4:
            kept = [part for one in kept for part in _sectors(one) if dice.random() < 0.7]
            dice.shuffle(kept)
        return bytes(_written(durable, kept))


def _rename(names: dict[str, int], one: Named) -> None:
    if one.gone is not None:
        names.pop(one.gone, None)
    if one.made is not None:
        names[one.made] = one.file


def _some(pending: list[Kept], dice: Random) -> list[Kept]:
    """All, none, the first few, or any of what is on its way."""
    way = dice.randrange(4)
    if way == 0:
        return list(pending)
    if way == 1:
        return []
    if way == 2:
        return pending[: dice.randrange(len(pending) + 1)]
    return [one for one in pending if dice.random() < 0.5]


def _sectors(one: Written) -> Iterator[Written]:
    """The parts of what was written that fall into one sector of the disk each."""
    if one.content is None:
        yield one
        return
    at, end = one.offset, one.offset + len(one.content)
    while at < end:
        stop = min(at - at % SECTOR + SECTOR, end)
        yield Written(at, one.content[at - one.offset : stop - one.offset])
        at = stop


def _written(content: bytes, pending: list[Written]) -> bytearray:
    made = bytearray(content)
    for offset, part in pending:
        if part is None:
            made = made[:offset].ljust(offset, b"\0")
        else:
            if offset > len(made):
                made.extend(bytes(offset - len(made)))
            made[offset : offset + len(part)] = part
    return made


def put(image: dict[str, bytes | None], root: Path) -> None:
    """Write what is left into a folder, which is not there."""
    root.mkdir()
    for name, content in image.items():
        if content is None:
            Path(name).mkdir(exist_ok=True)
        else:
            Path(name).write_bytes(content)
