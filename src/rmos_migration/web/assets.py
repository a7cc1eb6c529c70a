"""The styles and scripts of the pages; an address changes with the content, so browsers may keep it."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ..presentation.environment import TEMPLATES

_OWN = Path(__file__).parent / "static"
_CSS, _JS = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
_FILES = {
    "report.css": (TEMPLATES, _CSS),
    "report.js": (TEMPLATES, _JS),
    "dashboard.css": (_OWN, _CSS),
    "dashboard.js": (_OWN, _JS),
}


class Asset(NamedTuple):
    """A file and its media type."""

    content: bytes
    media_type: str


@cache
def asset(name: str) -> Asset | None:
    """Return a file by its name, or None."""
    if name not in _FILES:
        return None
    folder, media_type = _FILES[name]
    return Asset((folder / name).read_bytes(), media_type)


@cache
def asset_address(name: str) -> str:
    """Return the address of a file.

    Raises:
        LookupError: if there is no file of this name.
    """
    found = asset(name)
    if found is None:
        raise LookupError(name)
    return f"/static/{name}?v={sha256(found.content).hexdigest()[:12]}"
