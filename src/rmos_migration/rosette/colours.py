"""Colours of strips, where something says what they are: a hex code, a colour's name, a species.

What a wood looks like is only roughly known; the drawing shows how a rosette is built, not a photograph.
"""

import re
from collections.abc import Mapping
from typing import Any

UNKNOWN = "#d3bd97"
"""Stands for a colour that is not known."""

_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.ASCII)

_TONES = {
    "abalone": "#6fa8a0",
    "ash": "#d9c7a0",
    "black": "#1f1b18",
    "bloodwood": "#8e2c22",
    "blue": "#2f5d8a",
    "bog": "#2f2822",
    "bone": "#efe6d0",
    "boxwood": "#e3cf8f",
    "brass": "#c2a14a",
    "brown": "#6b4528",
    "bubinga": "#8c4a36",
    "cedar": "#b97a4e",
    "cherry": "#b5713f",
    "copper": "#b06a3b",
    "cream": "#f1e5c6",
    "dark": "#4a3424",
    "ebony": "#26201c",
    "gold": "#cfae4e",
    "gray": "#9a9791",
    "green": "#4f7a4a",
    "grey": "#9a9791",
    "holly": "#f3eedd",
    "ivory": "#efe6cc",
    "koa": "#a8693a",
    "light": "#e8d4aa",
    "mahogany": "#8f4a2f",
    "maple": "#ecd9b0",
    "oak": "#c39b62",
    "ochre": "#c08a3a",
    "orange": "#c8742d",
    "padauk": "#a63a24",
    "paua": "#4f8f94",
    "pear": "#c9956c",
    "pearl": "#e6e4dc",
    "pearwood": "#c9956c",
    "pink": "#d99a9a",
    "plum": "#8a4f3d",
    "purpleheart": "#6a3b5c",
    "red": "#a5302a",
    "rosewood": "#5a3325",
    "satinwood": "#d8b25e",
    "silver": "#b9bcc0",
    "spruce": "#ecdcb4",
    "sycamore": "#eadfc6",
    "walnut": "#6a4a33",
    "wenge": "#3d2b22",
    "white": "#f6f2e8",
    "yellow": "#dcbf55",
}

_OF_STRIP = ("color_hex", "color", "colour", "color_hint", "species", "material", "material_id", "key")
"""Where a strip says what it looks like, the plainest first."""


def colour(said: Any) -> str | None:
    """Return the colour that a text names, as ``#rrggbb`` or ``#rgb``; None if it names no known one."""
    if type(said) is not str:
        return None
    text = said.strip().lower()
    if _HEX.fullmatch(text):
        return text
    words = re.findall(r"[a-z]+", text)
    telling = ["bog"] if "bog" in words else words[::-1]  # bog oak is black; else the wood comes last
    return next((_TONES[word] for word in telling if word in _TONES), None)


def colours_of_strips(strips: Any) -> tuple[str, ...]:
    """Return the colours of a list of strips in order; ``UNKNOWN`` for a strip without a known one.

    Empty where none is known.
    """
    if type(strips) is not list:
        return ()
    found = [_of_strip(strip) for strip in strips if type(strip) is dict]
    return tuple(one or UNKNOWN for one in found) if any(found) else ()


def colours_of_family(strips: Any, extra: Mapping[str, Any], material: str | None) -> tuple[str, ...]:
    """Return the different colours of a strip family: of its strips, else the one it has as a whole.

    Args:
        strips: its column of that name.
        extra: what the database keeps of its document beside the columns.
        material: its material_type.
    """
    whole = (colour(extra.get("color_hex")), colour(extra.get("color")), colour(material))
    of_strips = tuple(dict.fromkeys(colours_of_strips(strips)))
    return of_strips or next(((one,) for one in whole if one is not None), ())


def _of_strip(strip: Mapping[str, Any]) -> str | None:
    visual = strip.get("visual")
    base = visual.get("base_color") if type(visual) is dict else None
    said = (colour(one) for one in (base, *map(strip.get, _OF_STRIP)))
    return next((one for one in said if one is not None), None)
