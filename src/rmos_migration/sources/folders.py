"""The entity whose records lie at a path, by the path's first component (docs/domain.md, Folders).

People rename and copy folders, and systems differ in whether ``Patterns`` and ``patterns`` are the same. So
names are compared without case, blanks, hyphens and underscores, a copy's number at the end, and a plural s.
"""

import os
import re
import unicodedata
from functools import lru_cache

from ..entities import ENTITIES, Entity

LINES_ENDINGS = (".jsonl", ".ndjson")
"""Endings of files with one record a line."""

READ_ENDINGS = (".json", *LINES_ENDINGS, ".rsd")
"""Endings of the files that are read, in any case: JSON, JSON Lines, and the files of the rosette wheel."""

_BACKUP_MARKS = ("~", ".bak", ".old", ".orig")
_BACKUP_ENDINGS = (
    *_BACKUP_MARKS,
    ".tmp",
    ".swp",
    *(mark + ending for mark in _BACKUP_MARKS for ending in READ_ENDINGS),
)

_ARCHIVE_ENDINGS = (
    ".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".tbz", ".xz", ".txz", ".zst", ".cab",
)  # fmt: skip

_COPY_NUMBER = re.compile(r"[\s_-]*(?:\(\s*[0-9]+\s*\)|[0-9]+)\s*$")
_SEPARATORS = re.compile(r"[\s_\-\u2010-\u2015]+")


def entity_of_folder(name: str) -> Entity | None:
    """Return the entity whose records a folder of this name holds, where it lies directly in the source."""
    return _BY_PLAIN_NAME.get(_plain(name))


def entity_of_file(name: str) -> Entity | None:
    """Return the entity whose records a file of this name holds, where it lies directly in the source."""
    if not is_read_by_name(name) or name.startswith("."):
        return None
    return entity_of_folder(os.path.splitext(name)[0])


def entity_of_path(path: str) -> Entity | None:
    """Return the entity of what lies at ``path``, below the source and with ``/``."""
    first, below, _ = path.partition("/")
    return entity_of_folder(first) if below else entity_of_file(first)


def is_of_records(entry: "os.DirEntry[str]") -> bool:
    """Tell whether an entry directly in a source is read as records; a link is, wherever it leads."""
    if entry.is_symlink():
        return entity_of_folder(entry.name) is not None or entity_of_file(entry.name) is not None
    is_folder = entry.is_dir(follow_symlinks=False)
    return (entity_of_folder(entry.name) if is_folder else entity_of_file(entry.name)) is not None


def is_usual(name: str, entity: Entity) -> bool:
    """Tell whether a folder or file directly in the source is named as RMOS programs name it."""
    stem, ending = os.path.splitext(name)
    return name == entity.name or (bool(ending) and stem in entity.file_names)


def is_read_by_name(name: str) -> bool:
    """Tell whether a file's name says that it is read: one of ``READ_ENDINGS``, and not a backup copy."""
    lower = name.lower()
    return lower.endswith(READ_ENDINGS) and not lower.endswith(_BACKUP_ENDINGS)


def is_backup(name: str) -> bool:
    """Tell whether a file's name says that it is a backup copy that some program made."""
    return name.lower().endswith(_BACKUP_ENDINGS)


def is_archive(name: str) -> bool:
    """Tell whether a file's name says that other files are packed in it."""
    return name.lower().endswith(_ARCHIVE_ENDINGS)


@lru_cache(maxsize=1000)
def _plain(name: str) -> str:
    """Return a name without everything that may differ."""
    folded = unicodedata.normalize("NFKC", name).casefold().strip()
    folded = _COPY_NUMBER.sub("", folded) or folded
    return _SEPARATORS.sub("", folded).rstrip("s")


_BY_PLAIN_NAME: dict[str, Entity] = {
    _plain(name): entity for entity in ENTITIES for name in (entity.name, entity.singular, *entity.file_names)
}
