"""Files that a run does not look at, though they seem to hold records: under another name, in another place, packed.

Nothing of them is migrated. They are told of, because "everything arrived" would not be true.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import NamedTuple

from ..diagnostics import Diagnostic, Location, diagnose
from ..entities import BY_NAME, Entity
from ..sources.discover import Source
from ..sources.folders import READ_ENDINGS, entity_of_folder, is_archive, is_read_by_name
from ..sources.machine import raise_if_machine_failed
from ..sources.passed_over import SourceFile, unseen
from ..sources.read import FLAGS, SIZE_LIMIT
from .likeness import Likeness, begins_like_json, likeness
from .options import Stop

_HEAD = 4096
"""Bytes by which a file is told to be JSON or an archive."""

_MAGIC = (
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
)
_PACKED_DOCUMENTS = (
    ".docx",
    ".xlsx",
    ".pptx",
    ".odt",
    ".ods",
    ".odp",
    ".epub",
    ".jar",
    ".svgz",
    ".3mf",
    ".f3d",
)
"""Other programs' documents, which are archives inside."""

_TEXTS = ("", ".txt", ".text", ".dat", ".log", ".js")
"""Endings under which JSON is kept now and then; of a file that cannot be opened, its name alone tells."""


def not_looked_at(
    source: Source, encoding: str | None = None, stop: Stop = lambda: None
) -> Iterator[Diagnostic]:
    """Yield a warning for each file of a source that may hold records and is not read, in path order.

    To be asked once, after the files of every entity were walked. What is passed over without a warning is counted
    by the source. It ends early when ``stop`` asks for it.
    """
    for file in source.passed_over():
        if stop() is not None:
            return
        found = file.problem or _warning(source.root, file, encoding)
        if found is None:
            source.ignore(file.path)
        else:
            yield found


class Stray(NamedTuple):
    """A file that seems to hold records and is not read.

    ``looks`` says what it looks like, as the end of a sentence; ``wanted`` is the path below the legacy folder under
    which it would be read, empty for an archive; ``problem`` says why it could not be looked at, if it could not.
    ``parts`` are such paths for the records of each kind, where it holds more than one.
    """

    path: str
    looks: str = ""
    wanted: str = ""
    problem: Diagnostic | None = None
    parts: tuple[str, ...] = ()


def seen_in(file: SourceFile, encoding: str | None) -> Stray | None:
    """Return what a file that is not read seems to hold; None where it holds no records.

    Args:
        file: the file below the legacy folder.
        encoding: what the user says of files in no known one.
    """
    if is_archive(file.path):  # by its name, even if it may not be opened
        return Stray(file.path, "is an archive")
    try:
        head = _read(file, _HEAD)
        if head.startswith(_MAGIC) and not file.path.lower().endswith(_PACKED_DOCUMENTS):
            return Stray(file.path, "is an archive")
        if not begins_like_json(head, encoding):
            return None
        raw = head if len(head) < _HEAD else _read(file, SIZE_LIMIT + 1)
    except OSError as error:
        raise_if_machine_failed(file.path, error, file.full)
        if not _may_be_json(file.path):
            return None
        return Stray(file.path, problem=unseen(file.path, file.full, error).problem)
    seen = likeness(raw, encoding, _entity_nearby(file.path))
    if seen is None:
        return None
    kinds = (seen.entity, *seen.others) if seen.others else ()
    parts = tuple(_wanted(file.path, kind) for kind in kinds)
    return Stray(file.path, f"looks like {_named(seen)}", _wanted(file.path, seen.entity), parts=parts)


def _warning(root: Path, file: SourceFile, encoding: str | None) -> Diagnostic | None:
    seen = seen_in(file, encoding)
    if seen is None or seen.problem is not None:
        return seen and seen.problem
    if not seen.wanted:
        message = "archives are not opened; what is packed in this one was not looked at"
        return diagnose("archive-not-looked-at", message, Location(file.path))
    what = f"this {seen.looks}, but {_why(file.path)}"
    return diagnose("records-not-looked-at", what, Location(file.path), hint=_hint(root, seen))


def _read(file: SourceFile, limit: int) -> bytes:
    """Return the first bytes of a file; none of a pipe or device."""
    with open(file.full, "rb", opener=lambda full, _: os.open(full, FLAGS)) as opened:
        return opened.read(limit) if stat.S_ISREG(os.fstat(opened.fileno()).st_mode) else b""


def _may_be_json(path: str) -> bool:
    name = PurePath(path).name.lower()
    return any(ending in name for ending in READ_ENDINGS) or PurePath(name).suffix in _TEXTS


def _entity_nearby(path: str) -> Entity | None:
    """Return the entity that a folder on the way to the file is named after, the nearest first."""
    folders = path.split("/")[:-1]
    return next((entity for name in reversed(folders) if (entity := entity_of_folder(name))), None)


def _named(seen: Likeness) -> str:
    if seen.is_single:
        return f"a {seen.entity.singular}".replace("_", " ")
    return " and ".join(kind.name for kind in (seen.entity, *seen.others)).replace("_", " ")


def _why(path: str) -> str:
    if is_read_by_name(path):
        return f"only files in the folders {', '.join(BY_NAME)}, or named after them, are read"
    return f"only files whose names end in {', '.join(READ_ENDINGS)} are read"


def _wanted(path: str, entity: Entity) -> str:
    """Return where the file would be read."""
    *folders, name = path.split("/")
    if folders and entity_of_folder(folders[0]) is entity:
        into = folders
    else:
        into = [entity.name, *(folder for folder in folders[1:] if entity_of_folder(folder) is None)]
    return "/".join([*into, _readable(name)])


def _hint(root: Path, seen: Stray) -> str:
    wanted = seen.wanted
    if seen.parts:
        return (
            "each kind of record is read from a folder of its own: split the file into "
            f"{' and '.join(seen.parts)}, then run rmos migrate again; or move it out of this folder"
        )
    *folders, name = wanted.split("/")
    if _is_taken(root.joinpath(*folders), name):
        return f"{wanted} is there already: compare the two, then move or delete this one"
    return f"did you mean {wanted}? Rename or move it, then run rmos migrate again; or move it out of this folder"


def _is_taken(folder: Path, name: str) -> bool:
    """Tell whether a folder has a file of this name, on any system: some do not tell capitals apart."""
    try:
        return name.casefold() in (one.name.casefold() for one in folder.iterdir())
    except OSError:
        return False


def _readable(name: str) -> str:
    """Return a file's name with an ending that is read: ``a.json`` for ``a.json.txt`` or ``a.txt``."""
    if is_read_by_name(name):
        return name
    stem = name.rpartition(".")[0] or name
    return stem if is_read_by_name(stem) else f"{stem}.json"
