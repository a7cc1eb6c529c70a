"""Until the API and the pages use the port."""

from .sqlite.lock import holder, is_locked, write_lock

__all__ = ["holder", "is_locked", "write_lock"]
