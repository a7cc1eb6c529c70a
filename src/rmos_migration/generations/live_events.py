"""Live events: what the monitor sent, ``{"type": "job:created", "data": {...}, "timestamp": ...}``.

The envelope is a shape (``sources/shapes.py``), the record in it may be of any generation. The monitor's own
are jobs to which it added how fragile the materials are.
"""

from ..entities import JOBLOG
from .source_format import SourceFormat, key

NAME = "live events"

FORMATS = (
    SourceFormat(
        NAME,
        JOBLOG,
        (key("fragility_band", "lane_hint"), key("job_type"), key("job_id", "id", "run_id")),
        faint=frozenset(("fragility_band", "lane_hint")),
    ),
)
