"""Names of files for records that are safe on every system."""

import re
from hashlib import sha256

from ..sources.folders import is_read_by_name
from ..sources.paths import RESERVED

_PLAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,78}[a-z0-9_])?")
_LOOKS_HASHED = re.compile(r".*-[0-9a-f]{16}", re.DOTALL)


def file_name(record_id: str) -> str:
    """Return the name of a record's own file: its id if safe on every system, else one with a hash in it.

    Two ids never share a name, not even where upper and lower case are one, and the same id has always the
    same name.
    """
    if (
        _PLAIN.fullmatch(record_id)
        and not _LOOKS_HASHED.fullmatch(record_id)
        and not RESERVED.fullmatch(record_id)
        and is_read_by_name(f"{record_id}.json")
    ):
        return f"{record_id}.json"
    readable = re.sub(r"[^a-z0-9_]+", "-", record_id.lower())[:60].strip("-") or "id"
    return f"{readable}-{sha256(record_id.encode()).hexdigest()[:16]}.json"
