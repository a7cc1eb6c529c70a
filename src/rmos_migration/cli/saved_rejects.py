"""The original bytes of documents that were not loaded, written into a folder: ``rmos rejects --save``."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from ..errors import EnvironmentFailure, UsageError
from ..files.atomic import write_whole
from ..files.folders import make_folder, make_folder_below
from ..files.leftovers import sweep
from ..files.permissions import Permissions
from ..files.targets import NO_SUCH_NAME, IsALinkError
from ..sources.paths import parts_of, safe_name
from ..store.rejects import NotLoaded
from . import console


def save_documents(
    documents: Iterable[tuple[NotLoaded, bytes | None]], folder: Path, permissions: Permissions
) -> None:
    """Write each document back under its own path; an existing file is never overwritten.

    Those of the first source go into ``folder`` itself, those of further sources into folders beside them.
    """
    written = 0
    folders: dict[str, list[str]] = {}
    with _told_failures(folder):
        make_folder(folder, permissions)
        for place, _, _ in os.walk(folder):
            sweep(Path(place))
    for found, body in documents:
        location, path = found.location, found.place.path
        into = folders.setdefault(location, [f"source-{len(folders) + 1}"] if folders else [])
        if body is None:
            console.say(f"{path}: its bytes could not be read; see {Path(location) / path}", on=console.err)
        else:
            written += _write_new(folder, into, found, body, permissions)
    console.say(f"{console.counted(written, 'file')} written to {folder}", on=console.err)


def _names_of(found: NotLoaded) -> list[str] | None:
    """Return the names down to a document's copy: those of its file, and its pointer if it is inside."""
    parts, pointer = parts_of(found.place.path), found.place.pointer
    if parts is None or not pointer:
        return parts
    return [*parts, f"{_plain(pointer)}.json"]


def _plain(pointer: str) -> str:
    plain = re.sub(r"[^a-z0-9_]+", "-", pointer.removeprefix("/"))
    if "/" + plain.replace("-", "/") != pointer or len(plain) > 80:
        plain = f"{plain[:80]}-{sha256(pointer.encode()).hexdigest()[:8]}"  # others may look the same
    return plain


def _write_new(
    folder: Path, into: list[str], found: NotLoaded, body: bytes, permissions: Permissions
) -> bool:
    """Write a copy under the document's own path, or under a safe name where that is impossible here."""
    names = _names_of(found)
    if names is not None:
        try:
            return _write(folder, [*into, *names], body, permissions)
        except OSError as error:
            if error.errno not in NO_SUCH_NAME:
                raise _failure(folder, error) from error
    named = f"{found.place.path}#{found.place.pointer}" if found.place.pointer else found.place.path
    safe = [*into, "renamed", f"{safe_name(named)}.json"]
    with _told_failures(folder):
        is_written = _write(folder, safe, body, permissions)
    if is_written:
        shown = folder.joinpath(*safe)
        console.say(f"{named}: there can be no file of this name here; saved as {shown}", on=console.err)
    return is_written


def _write(folder: Path, names: list[str], body: bytes, permissions: Permissions) -> bool:
    target = folder.joinpath(*names)
    try:
        make_folder_below(folder, names[:-1], permissions)
        write_whole(target, body, permissions=permissions, replace=False)
    except FileExistsError:
        console.say(f"{target} is there already and was left as it is", on=console.err)
        return False
    except IsALinkError as error:
        raise UsageError(
            f"{error.filename} is a link, and nothing is written through it", "name another folder"
        ) from error
    return True


@contextmanager
def _told_failures(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _failure(folder, error) from error


def _failure(folder: Path, error: OSError) -> EnvironmentFailure:
    return EnvironmentFailure(
        f"{error.filename or folder} cannot be written: {error.strerror}", "choose another folder"
    )
