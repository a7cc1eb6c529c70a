"""Names of files and folders as text that can be stored and shown."""

import os
import re
from hashlib import sha256

from .pointers import STORABLE

_HASHED = re.compile(r"(?:^|/)…[0-9a-f]{64}/")


def as_text(name: str) -> str:
    """A file name as text that can be stored: bytes that are no UTF-8 become escapes.

    A slash before such a name, which no real name can hold, keeps it apart from one that looks like its escapes.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        doubled = os.fsencode(name).replace(b"\\", b"\\\\")
        return "/" + doubled.decode("utf-8", "backslashreplace")
    return name


def fitted_path(path: str) -> str:
    """A path as it can be stored (docs/domain.md, Pointers and paths).

    Of one that is longer than ``STORABLE`` the first folders and the file's name stay, and between them stands the
    SHA-256 of the whole, as a folder that any system can have.
    """
    if len(path) <= STORABLE // 4 or len(raw := path.encode()) <= STORABLE:
        return path
    *folders, name = path.split("/")
    if folders[-1:] == [""]:  # a name in escapes has a slash before it
        folders, name = folders[:-1], f"/{name}"
    kept = [f"…{sha256(raw).hexdigest()}", name]
    room = STORABLE - len("/".join(kept).encode())
    for index, folder in enumerate(folders):
        room -= len(folder.encode()) + 1
        if room < 0:
            break
        kept.insert(index, folder)
    return "/".join(kept)


def is_fitted(path: str) -> bool:
    """Whether a path was too long, so that it no longer leads to its file."""
    return _HASHED.search(path) is not None
