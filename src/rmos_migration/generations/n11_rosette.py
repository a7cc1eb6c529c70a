"""N11: the geometry stands under rosette_geometry, as an object or as JSON text; every pattern is a rosette.

Where a usable geometry stands beside it, that one counts.
"""

from ..entities import PATTERN
from .draft import Offer, Offers
from .form import Document, Form, key
from .notes import UnusableError
from .rings import ring_count
from .values import json_value

NAME = "N11 rosette"


def _pattern(document: Document) -> Offers:
    offers = {"pattern_type": Offer("rosette")}
    for name in ("geometry", "geometry_json", "rosette_geometry"):
        try:
            geometry = json_value(document.get(name), name, [])
        except UnusableError:
            continue
        if geometry:
            return offers | ring_count(geometry, name)
    return offers


FORMS = (
    Form(
        NAME,
        PATTERN,
        (
            key("rosette_geometry", holds=lambda value: isinstance(value, dict | str)),
            key("name", "pattern_name"),
        ),
        offers=_pattern,
    ),
)
