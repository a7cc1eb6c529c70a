"""Names and paths below the legacy folder as text for the ledger, and back, even if it was tampered with."""

import os
import re
from hashlib import sha256

from .folders import entity_of_path
from .pointers import STORABLE

_HASHED = re.compile(r"(?:^|/)…[0-9a-f]{64}/")


def as_text(name: str) -> str:
    """Return a file name as text that can be stored: bytes that are not UTF-8 become escapes.

    A slash before such a name, which no real name can have, tells it from a name that looks like its escapes.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        doubled = os.fsencode(name).replace(b"\\", b"\\\\")
        return "/" + doubled.decode("utf-8", "backslashreplace")
    return name


def fitted_path(path: str) -> str:
    """Return a path as it can be stored (docs/domain.md, Pointers and paths).

    A path longer than ``STORABLE`` keeps its first folders and the file's name; between them is the SHA-256
    of the whole, as a folder that any system can have.
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
    """Tell whether a path was too long, so that it no longer leads to its file."""
    return _HASHED.search(path) is not None


RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\..*)?", re.IGNORECASE | re.DOTALL
)
"""Names that Windows keeps for devices."""

_NOT_ON_WINDOWS = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
_ESCAPE = re.compile(rb"\\\\|\\x([0-9a-f]{2})")


def parts_of(path: str, *, windows: bool = os.name == "nt") -> list[str] | None:
    """Return the names that lead to a file of records; None if this system cannot have them.

    Like ``names_of``, but the first name must be one that a legacy folder has for records.
    """
    parts = names_of(path, windows=windows)
    return parts if parts and entity_of_path("/".join(parts)) is not None else None


def names_of(path: str, *, windows: bool = os.name == "nt") -> list[str] | None:
    """Return the names that a path of the ledger consists of; None if this system cannot have them.

    No name may lead elsewhere, so that a path that was tampered with never leaves the legacy folder. A name
    after a double slash is written in escapes (``as_text``) and becomes the bytes that it was.
    """
    parts: list[str] = []
    is_escaped = False
    for step in path.split("/"):
        if not step and parts and not is_escaped:
            is_escaped = True
            continue
        name = _unescaped(step) if is_escaped else step
        is_escaped = False
        if name is None or not is_name(name, windows=windows):
            return None
        parts.append(name)
    return parts or None


def safe_name(path: str) -> str:
    """Return a file name for a path that this system cannot have: its harmless characters, and a hash."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "-", path).strip("-")[-80:]
    return f"{plain}-{sha256(path.encode('utf-8', 'backslashreplace')).hexdigest()[:16]}".lstrip("-")


def is_name(name: str, *, windows: bool) -> bool:
    """Tell whether a name is that of a single file or folder on this system."""
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        return False
    if not windows:
        return True
    return not (_NOT_ON_WINDOWS.search(name) or name[-1] in " ." or RESERVED.fullmatch(name))


def _unescaped(step: str) -> str | None:
    """Return the name that an escaped step stands for; None if it is not a valid one."""
    try:
        raw = _ESCAPE.sub(
            lambda found: bytes.fromhex(found[1].decode()) if found[1] else b"\\", step.encode()
        )
        name = os.fsdecode(raw)
    except UnicodeError:
        return None
    return name
