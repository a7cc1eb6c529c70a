"""Fallbacks of generations with a list of rings."""

from typing import Any

from .normalized import Fallback, Fallbacks
from .source_format import Document


def own_geometry(document: Document, *keys: str) -> Fallbacks:
    """Return the fallback of a geometry made of a generation's own geometric keys, as written."""
    geometry = {key: document[key] for key in keys if key in document}
    return {"geometry": Fallback(geometry or None, next(iter(geometry), ""))}


def is_number(value: Any) -> bool:
    """Tell whether a value is a whole number, such as a count of rings."""
    return isinstance(value, int) and not isinstance(value, bool)
