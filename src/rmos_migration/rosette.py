"""The one reader of geometry: nothing else in this package looks inside a pattern's rings (DOMAIN.md §1 and §3)."""

from collections.abc import Mapping
from typing import Any

RING_LISTS = ("rings", "ring_bands", "ring_params")
"""The keys under which the generations list their rings."""


def rings_of(geometry: Mapping[str, Any]) -> list[Any] | None:
    """The rings a geometry lists, under whichever of their keys; None where it has no such list."""
    for key in RING_LISTS:
        rings = geometry.get(key)
        if isinstance(rings, list):
            return rings
    return None


def families_of(geometry: Mapping[str, Any]) -> list[Any]:
    """What each ring says of the strip family it is cut from (phase-1 and later), None for a ring that does not.

    Empty where no ring says anything.
    """
    rings = rings_of(geometry)
    if not rings:
        return []
    named = [ring.get("strip_family_id") if type(ring) is dict else None for ring in rings]
    return named if named.count(None) < len(named) else []
