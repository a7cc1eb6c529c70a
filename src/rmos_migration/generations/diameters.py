"""Designs with diameters: rings from one diameter to another around a sound hole, mostly without an id."""

from typing import Any

from ..entities import PATTERN
from ..rosette import unwrapped
from .normalized import Fallbacks
from .rings import own_geometry
from .source_format import Document, SourceFormat, key, objects

NAME = "design with diameters"


def _have_diameters(rings: Any) -> bool:
    return objects(rings) and all(
        "inner_diameter_mm" in ring and "outer_diameter_mm" in ring for ring in unwrapped(rings)
    )


def _pattern(document: Document) -> Fallbacks:
    return own_geometry(document, "rings", "soundhole_diameter_mm")


FORMATS = (
    SourceFormat(
        NAME,
        PATTERN,
        (
            key("rings", holds=_have_diameters, label="rings with inner_diameter_mm and outer_diameter_mm"),
            key("name", "pattern_name"),
        ),
        fallbacks=_pattern,
        marks=frozenset(("soundhole_diameter_mm", "style_tag")),
    ),
)
