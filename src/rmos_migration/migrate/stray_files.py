"""Files that seem to hold records but are not read: in another place, under another name, or packed.

Nothing of them is migrated. They are reported, because otherwise "everything arrived" would not be true.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path, PurePath
from typing import NamedTuple

from ..diagnostics import Diagnostic, Location, diagnose
from ..entities import BY_NAME, Entity
from ..sources.discover import Source
from ..sources.folders import READ_ENDINGS, entity_of_folder, is_archive, is_read_by_name
from ..sources.machine import raise_if_machine_failed
from ..sources.read import SIZE_LIMIT, SourceFile, beginning_of
from ..sources.signatures import signature_of
from ..sources.skipped_files import closed_file
from .content_guess import ContentGuess, begins_like_json, guess_content
from .options import Stop
from .suggested_paths import SuggestedPath, suggest_paths

_HEAD = 4096
"""Bytes by which JSON and archives are recognised."""

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


def stray_file_warnings(
    source: Source, encoding: str | None = None, stop: Stop = lambda: None
) -> Iterator[Diagnostic]:
    """Yield a warning for each file of a source that may hold records and is not read, in path order.

    Call it once, after walking the files of every entity. The source counts what is skipped without a
    warning. It ends early when ``stop`` asks for it.
    """
    found = []
    for file in source.skipped():
        if stop() is not None:
            break
        seen = StrayFile(file.path, problem=file.problem) if file.problem else seen_in(file, encoding)
        if seen is None:
            source.ignore(file.path)
        else:
            found.append(seen)
    for stray, places in with_suggested_paths(source.root, found):
        yield stray.problem or _warning(stray, places)


class StrayFile(NamedTuple):
    """A file that seems to hold records and is not read.

    Attributes:
        path: its path in the source.
        looks: what it looks like, as the end of a sentence.
        kinds: what it holds, empty for an archive.
        problem: why it could not be looked at, if so.
    """

    path: str
    looks: str = ""
    kinds: tuple[Entity, ...] = ()
    problem: Diagnostic | None = None


def seen_in(file: SourceFile, encoding: str | None) -> StrayFile | None:
    """Return what a file that is not read seems to hold; None where it holds no records.

    Args:
        file: the file below the legacy folder.
        encoding: what the user says of files in no known one.
    """
    if is_archive(file.path):  # by its name, even if it may not be opened
        return StrayFile(file.path, "is an archive")
    try:
        head = beginning_of(file.full, _HEAD) or b""
        signature = signature_of(head)
        if signature and signature.packs and not file.path.lower().endswith(_PACKED_DOCUMENTS):
            return StrayFile(file.path, "is an archive")
        if not begins_like_json(head, encoding):
            return None
        raw = head if len(head) < _HEAD else beginning_of(file.full, SIZE_LIMIT + 1) or b""
    except OSError as error:
        raise_if_machine_failed(file.path, error, file.full)
        if not _may_be_json(file.path):
            return None
        return StrayFile(file.path, problem=closed_file(file.path, file.full, error).problem)
    seen = guess_content(raw, encoding, _entity_nearby(file.path))
    if seen is None:
        return None
    kinds = (seen.entity, *seen.others)
    return StrayFile(file.path, f"looks like {_named(seen)}", kinds)


def with_suggested_paths(
    root: Path, strays: Sequence[StrayFile]
) -> Iterator[tuple[StrayFile, list[SuggestedPath]]]:
    """Yield each file with a path for each kind of its records; none if it is packed or was not looked at."""
    held = [(one.path, kind) for one in strays for kind in one.kinds]
    places = suggest_paths(root, held)
    return ((one, list(islice(places, len(one.kinds)))) for one in strays)


def _warning(stray: StrayFile, places: Sequence[SuggestedPath]) -> Diagnostic:
    if not places:
        message = "archives are not opened; what is packed in this one was not looked at"
        return diagnose("archive-not-looked-at", message, Location(stray.path))
    what = f"this {stray.looks}, but {_why(stray.path)}"
    return diagnose("records-not-looked-at", what, Location(stray.path), hint=_hint(places))


def _may_be_json(path: str) -> bool:
    name = PurePath(path).name.lower()
    return any(ending in name for ending in READ_ENDINGS) or PurePath(name).suffix in _TEXTS


def _entity_nearby(path: str) -> Entity | None:
    """Return the entity that a folder on the way to the file is named after, the nearest first."""
    folders = path.split("/")[:-1]
    return next((entity for name in reversed(folders) if (entity := entity_of_folder(name))), None)


def _named(seen: ContentGuess) -> str:
    if seen.is_single:
        return f"a {seen.entity.singular}".replace("_", " ")
    return " and ".join(kind.name for kind in (seen.entity, *seen.others)).replace("_", " ")


def _why(path: str) -> str:
    if is_read_by_name(path):
        return f"only files in the folders {', '.join(BY_NAME)}, or named after them, are read"
    return f"only files whose names end in {', '.join(READ_ENDINGS)} are read"


def _hint(places: Sequence[SuggestedPath]) -> str:
    again = "then run rmos migrate again; or move it out of this folder"
    if len(places) > 1:
        parts = " and ".join(place.path for place in places)
        return f"each kind of record is read from a folder of its own: split the file into {parts}, {again}"
    path, taken = places[0]
    if taken:
        compare = f"{taken} is there already: compare the two"
        return f"{compare}. If this is another record, move it to {path}, {again}"
    return f"did you mean {path}? Rename or move it, {again}"
