"""Files that a run does not look at, though they seem to hold records: under another name, in another place, packed.

Nothing of them is migrated. They are told of, because "everything arrived" would not be true.
"""

import os
import re
import stat
from collections.abc import Iterator
from typing import NamedTuple

from ..diagnostics import Diagnostic, Location, diagnose
from ..entities import BY_NAME, ENTITIES, Entity
from ..generations import recognise
from ..sources.decode import to_text
from ..sources.discover import Source, SourceFile
from ..sources.documents import documents_in
from ..sources.folders import entity_of_folder, is_archive, is_read_by_name
from ..sources.machine import own_faults_ignored
from ..sources.read import SIZE_LIMIT

_HEAD = 4096
"""Bytes by which a file is told to be JSON or an archive."""

_SAMPLE = 256 * 1024
"""Bytes of a file that is no JSON as a whole in which keys are looked for."""

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
    ".fcstd",
)
"""Other programs' documents, which are archives inside."""

_BEGINS_LIKE_JSON = re.compile(r"[\s\ufeff]*+(?>//[^\n]*\n\s*+|/\*(?:[^*]|\*(?!/))*+\*/\s*+)*+[\[{]")
"""With comments before it or not; possessive, because a hostile file must not make it try again and again."""
_COMMON_KEYS = {"created_at", "created_at_utc", "updated_at", "metadata_json", "start_time", "end_time"}
_KEY = re.compile(r'"(\w{2,40})"\s*:')


class _Seen(NamedTuple):
    """What a file seems to hold: records of an entity, and how many where they can be counted."""

    entity: Entity
    documents: int | None = None


def not_looked_at(source: Source, encoding: str | None = None) -> Iterator[Diagnostic]:
    """Yield a warning for each file of a source that may hold records and is not read, in path order.

    To be asked once, after the files of every entity were walked. What is passed over without a warning is counted
    by the source.
    """
    for file in source.passed_over():
        found = _warning(file, encoding)
        if found is None:
            source.ignore(file.path)
        else:
            yield found


def _warning(file: SourceFile, encoding: str | None) -> Diagnostic | None:
    raw = _read(file, _HEAD)
    if is_archive(file.path) or (
        raw.startswith(_MAGIC) and not file.path.lower().endswith(_PACKED_DOCUMENTS)
    ):
        message = "archives are not opened; what is packed in this one was not looked at"
        return diagnose("archive-not-looked-at", message, Location(file.path))
    if not _BEGINS_LIKE_JSON.match(to_text(raw, encoding).replace("\0", "")):  # UTF-16 without its mark
        return None
    seen = _seen(file.path, _read(file, SIZE_LIMIT + 1), encoding)
    if seen is None:
        return None
    what = f"this looks like {_counted(seen)}, but {_why(file.path)}"
    return diagnose("records-not-looked-at", what, Location(file.path), hint=_hint(file.path, seen.entity))


def _read(file: SourceFile, limit: int) -> bytes:
    """Return the first bytes of a regular file; none where it cannot be read."""
    with own_faults_ignored(file.path, file.full), open(file.full, "rb", opener=_opener) as opened:
        return opened.read(limit) if stat.S_ISREG(os.fstat(opened.fileno()).st_mode) else b""
    return b""


def _opener(full: str, _: int) -> int:
    """Open a file that is no link, without waiting for a pipe."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    return os.open(full, flags)


def _seen(path: str, raw: bytes, encoding: str | None) -> _Seen | None:
    """Return what records a file's bytes hold; the entity of most of them, where they are of several."""
    if len(raw) <= SIZE_LIMIT:
        counted = [_Seen(entity, _recognised(path, raw, entity, encoding)) for entity in ENTITIES]
        best = max(counted, key=lambda seen: (seen.documents or 0, seen.entity is _entity_nearby(path)))
        if best.documents:
            return best
    return _by_keys(to_text(raw[:_SAMPLE], encoding).replace("\0", ""))


def _recognised(path: str, raw: bytes, entity: Entity, encoding: str | None) -> int:
    contents = documents_in(path, raw, entity, recognise, encoding)
    return sum(document.form is not None for document in contents.documents)


def _by_keys(text: str) -> _Seen | None:
    """Return whose records a text seems to hold that is not JSON as a whole.

    Three keys of an entity tell, if one of them is such as hardly anything else has.
    """
    keys = set(_KEY.findall(text))
    of_entity = {entity: keys & _keys(entity) for entity in ENTITIES}
    entity = max(of_entity, key=lambda one: len(of_entity[one]))
    is_told = any("_" in key for key in of_entity[entity] - _COMMON_KEYS)
    return _Seen(entity) if is_told and len(of_entity[entity]) >= 3 else None


def _keys(entity: Entity) -> set[str]:
    return {key for rule in entity.fields for key in rule.found.keys}


def _entity_nearby(path: str) -> Entity | None:
    """Return the entity that a folder on the way to the file is named after, the nearest first."""
    folders = path.split("/")[:-1]
    return next((entity for name in reversed(folders) if (entity := entity_of_folder(name))), None)


def _counted(seen: _Seen) -> str:
    if seen.documents == 1:
        return f"a {seen.entity.singular.replace('_', ' ')}"
    many = seen.entity.name.replace("_", " ")
    return many if seen.documents is None else f"{seen.documents:,} {many}"


def _why(path: str) -> str:
    if is_read_by_name(path):
        return f"only what lies in the folders {', '.join(BY_NAME)} is read, or is named after them"
    return "only files whose names end in .json, .jsonl, .ndjson or .rsd are read"


def _hint(path: str, entity: Entity) -> str:
    """Return where the file would be read."""
    folders, _, name = path.rpartition("/")
    top, _, below = folders.partition("/")
    if entity_of_folder(top) is None:
        folders = f"{entity.name}/{below}".rstrip("/")
    wanted = f"{folders}/{_readable(name)}"
    return f"did you mean {wanted}? Rename or move it, then run rmos migrate again; or move it out of this folder"


def _readable(name: str) -> str:
    """Return a file's name with an ending that is read: ``a.json`` for ``a.json.txt`` or ``a.txt``."""
    if is_read_by_name(name):
        return name
    stem = name.rpartition(".")[0] or name
    return stem if is_read_by_name(stem) else f"{stem}.json"
