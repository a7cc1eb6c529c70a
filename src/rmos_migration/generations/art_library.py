"""The Art Studio's pattern library: what a generator is asked to draw, by its name and its parameters.

The rings are the generator's business, so there is no ring_count.
"""

from ..entities import PATTERN
from .normalized import Fallbacks
from .rings import own_geometry
from .source_format import Document, SourceFormat, a_value, key

NAME = "Art Studio pattern library"


def _pattern(document: Document) -> Fallbacks:
    return own_geometry(document, "generator_key", "params")


FORMATS = (
    SourceFormat(
        NAME,
        PATTERN,
        (
            key("generator_key", holds=a_value, label="generator_key"),
            key("params", holds=lambda value: isinstance(value, dict), label="params"),
            key("pattern_id", "id", "name"),
        ),
        fallbacks=_pattern,
        marks=frozenset(("params",)),
    ),
)
