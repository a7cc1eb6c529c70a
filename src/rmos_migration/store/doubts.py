"""Old names, until the API and the pages use the new ones."""

from .checks import SEE, doubts

__all__ = ["SEE", "doubts"]
