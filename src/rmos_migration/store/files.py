"""Until the API and the pages use the port."""

from .sqlite.files import real_path, size_of

__all__ = ["real_path", "size_of"]
