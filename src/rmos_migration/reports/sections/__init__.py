"""The sections of a report, in the order in which page and text show them."""

from .audit import AUDIT
from .database import ROSETTES, WORKSHOP
from .documents import DOCUMENTS
from .not_loaded import NOT_LOADED, NOT_LOOKED_AT
from .notices import NOTICES
from .runs import LAST_RUNS, THIS_RUN
from .section import Section, counts_section

SECTIONS: tuple[Section, ...] = (
    DOCUMENTS,
    NOT_LOADED,
    NOT_LOOKED_AT,
    NOTICES,
    ROSETTES,
    WORKSHOP,
    counts_section(
        "generations",
        "Documents by generation",
        lambda report: report.generations,
        caption="Documents found, by generation of RMOS",
        unnamed="not recognised",
    ),
    AUDIT,
    LAST_RUNS,
    THIS_RUN,
)
