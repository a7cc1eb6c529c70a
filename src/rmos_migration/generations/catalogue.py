"""The catalogue of inlay mosaics: rows and columns of strip colours with their totals, no rings.

The whole catalogue is one file, ``{"categories": {"torres": [...]}}``; a category is often a maker.
"""

from ..entities import PATTERN
from .draft import Offer, Offers
from .form import Document, Form, key
from .rings import own_geometry

NAME = "catalogue"


_MARKS = frozenset(("columns", "materials", "totals", "dimensions"))


def _pattern(document: Document) -> Offers:
    geometry = own_geometry(document, "rows", "columns", "materials", "totals", "dimensions")
    return geometry | {"pattern_type": Offer("matrix")}


FORMS = (
    Form(
        NAME,
        PATTERN,
        (key("rows"), key("columns"), key("materials"), key("totals")),
        offers=_pattern,
        marks=_MARKS,
    ),
)
