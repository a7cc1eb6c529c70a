"""Old names, until the API and the pages use the new ones."""

from .ledger import Stood, places_of
from .runs import Day, days
from .runs import NumberedDiagnostic as Noted
from .runs import diagnostics_page as noted
from .runs import page as runs_page

__all__ = ["Day", "Noted", "Stood", "days", "noted", "places_of", "runs_page"]
