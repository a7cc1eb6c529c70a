"""What generations with a ring list offer for a pattern's columns."""

from typing import Any

from ..rosette import rings_of
from .draft import Offer, Offers
from .form import Document


def ring_count(geometry: Any, key: str) -> Offers:
    """The number of rings a geometry lists; an empty list says nothing of their number (DOMAIN.md §1)."""
    rings = rings_of(geometry) if isinstance(geometry, dict) else None
    if rings is None:
        return {}
    if not rings:
        return {"ring_count": Offer(None, key, ("rings-empty", "the list of rings is empty"))}
    return {"ring_count": Offer(len(rings), key)}


def own_geometry(document: Document, *keys: str) -> Offers:
    """A geometry made of a generation's own geometric keys, as written, and its rings counted."""
    geometry = {key: document[key] for key in keys if key in document}
    telling = next(iter(geometry), "")
    offers = {"geometry": Offer(geometry or None, telling)}
    if is_number(geometry.get("rings")):  # their number, where the programs wrote no list (DOMAIN.md §3)
        return offers | {"ring_count": Offer(geometry["rings"], "rings")}
    return offers | ring_count(geometry, telling)


def is_number(value: Any) -> bool:
    """The value is a whole number, such as a count of rings."""
    return isinstance(value, int) and not isinstance(value, bool)
