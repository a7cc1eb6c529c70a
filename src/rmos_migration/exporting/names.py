"""Names of files: safe ones for records, and the names of the legacy folder back from the ledger."""

import os
import re
from hashlib import sha256

from ..entities import BY_NAME
from ..sources.discover import entity_of_file, is_read_by_name

_PLAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,78}[a-z0-9_])?")
_LOOKS_HASHED = re.compile(r".*-[0-9a-f]{16}", re.DOTALL)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE | re.DOTALL)
_NOT_ON_WINDOWS = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
_ESCAPE = re.compile(rb"\\\\|\\x([0-9a-f]{2})")


def file_name(record_id: str) -> str:
    """The name of a record's own file: the id where that is plainly safe on every system, else with a hash in it.

    Two ids never share a name, not even where upper and lower case are one, and the same id has always the same name.
    """
    if (
        _PLAIN.fullmatch(record_id)
        and not _LOOKS_HASHED.fullmatch(record_id)
        and not _RESERVED.fullmatch(record_id)
        and is_read_by_name(f"{record_id}.json")
    ):
        return f"{record_id}.json"
    readable = re.sub(r"[^a-z0-9_]+", "-", record_id.lower())[:60].strip("-") or "id"
    return f"{readable}-{sha256(record_id.encode()).hexdigest()[:16]}.json"


def parts_of(path: str, *, windows: bool = os.name == "nt") -> list[str] | None:
    """The names that lead to a file of the legacy folder, as the system has them; None where it cannot have them.

    The path is the ledger's. Its first name must be one that a legacy folder has, and none may lead anywhere else, so
    that a path which somebody tampered with never leaves the folder. A name behind a double slash is written in escapes
    (``sources/discover.py``) and becomes the bytes that it was.
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
    is_known = bool(parts) and (
        parts[0] in BY_NAME if len(parts) > 1 else entity_of_file(parts[0]) is not None
    )
    return parts if is_known else None


def is_name(name: str, *, windows: bool) -> bool:
    """Whether a name is that of one file or folder on this system, and nothing more."""
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        return False
    if not windows:
        return True
    return not (_NOT_ON_WINDOWS.search(name) or name[-1] in " ." or _RESERVED.fullmatch(name))


def _unescaped(step: str) -> str | None:
    """The name whose bytes an escaped step shows; None if it shows none."""
    try:
        raw = _ESCAPE.sub(
            lambda found: bytes.fromhex(found[1].decode()) if found[1] else b"\\", step.encode()
        )
        name = os.fsdecode(raw)
    except UnicodeError:
        return None
    return name
