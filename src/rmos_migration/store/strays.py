"""Old names, until the API and the pages use the new ones."""

from .runs import Stray
from .runs import not_looked_at as of_run
from .runs import not_looked_at_now as as_of_now

__all__ = ["Stray", "as_of_now", "of_run"]
