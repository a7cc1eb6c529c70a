"""Files that a run does not look at, though they seem to hold records: under another name, in another place, packed.

Nothing of them is migrated. They are told of, because "everything arrived" would not be true.
"""

from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import NamedTuple

from ..diagnostics import Diagnostic, Location, diagnose
from ..entities import BY_NAME, Entity
from ..sources.discover import Source
from ..sources.folders import READ_ENDINGS, entity_of_folder, is_archive, is_read_by_name
from ..sources.machine import raise_if_machine_failed
from ..sources.passed_over import SourceFile, unseen
from ..sources.read import SIZE_LIMIT, beginning_of
from ..sources.signatures import signature_of
from .likeness import Likeness, begins_like_json, likeness
from .options import Stop

_HEAD = 4096
"""Bytes by which a file is told to be JSON or an archive."""

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
    """

    path: str
    looks: str = ""
    wanted: str = ""
    problem: Diagnostic | None = None


def seen_in(file: SourceFile, encoding: str | None) -> Stray | None:
    """Return what a file that is not read seems to hold; None where it holds no records.

    Args:
        file: the file below the legacy folder.
        encoding: what the user says of files in no known one.
    """
    if is_archive(file.path):  # by its name, even if it may not be opened
        return Stray(file.path, "is an archive")
    try:
        head = beginning_of(file.full, _HEAD) or b""
        signature = signature_of(head)
        if signature and signature.packs and not file.path.lower().endswith(_PACKED_DOCUMENTS):
            return Stray(file.path, "is an archive")
        if not begins_like_json(head, encoding):
            return None
        raw = head if len(head) < _HEAD else beginning_of(file.full, SIZE_LIMIT + 1) or b""
    except OSError as error:
        raise_if_machine_failed(file.path, error, file.full)
        if not _may_be_json(file.path):
            return None
        return Stray(file.path, problem=unseen(file.path, file.full, error).problem)
    seen = likeness(raw, encoding, _entity_nearby(file.path))
    if seen is None:
        return None
    return Stray(file.path, f"looks like {_named(seen)}", _wanted(file.path, seen.entity))


def _warning(root: Path, file: SourceFile, encoding: str | None) -> Diagnostic | None:
    seen = seen_in(file, encoding)
    if seen is None or seen.problem is not None:
        return seen and seen.problem
    if not seen.wanted:
        message = "archives are not opened; what is packed in this one was not looked at"
        return diagnose("archive-not-looked-at", message, Location(file.path))
    what = f"this {seen.looks}, but {_why(file.path)}"
    return diagnose("records-not-looked-at", what, Location(file.path), hint=_hint(root, seen.wanted))


def _may_be_json(path: str) -> bool:
    name = PurePath(path).name.lower()
    return any(ending in name for ending in READ_ENDINGS) or PurePath(name).suffix in _TEXTS


def _entity_nearby(path: str) -> Entity | None:
    """Return the entity that a folder on the way to the file is named after, the nearest first."""
    folders = path.split("/")[:-1]
    return next((entity for name in reversed(folders) if (entity := entity_of_folder(name))), None)


def _named(seen: Likeness) -> str:
    return (
        f"a {seen.entity.singular}".replace("_", " ")
        if seen.is_single
        else seen.entity.name.replace("_", " ")
    )


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


def _hint(root: Path, wanted: str) -> str:
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
