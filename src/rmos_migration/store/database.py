"""Opening a database by its URL: the one place that knows which kinds there are."""

from pathlib import Path

from ..diagnostics import printable
from ..errors import DatabaseUnusable, UsageError
from .port import DatabasePort
from .sqlite.database import SqliteDatabase
from .sqlite.files import database_of

__all__ = ["database_at", "database_of"]

_HINT = "name a file, e.g. --database rmos.db"


def database_at(place: str | Path) -> DatabasePort:
    """Return the database at a SQLAlchemy URL (``sqlite:///rmos.db``) or a plain path.

    Raises:
        DatabaseUnusable: if the URL names another kind of database.
        UsageError: if it names no file, or has a query.
    """
    return SqliteDatabase(path_of(place))


def path_of(place: str | Path) -> Path:
    """Return the path in a SQLAlchemy URL (``sqlite:///rmos.db``), or a plain path.

    Raises:
        DatabaseUnusable: if the URL names another kind of database.
        UsageError: if it names no file, or has a query.
    """
    text = str(place)
    if "://" not in text:
        _refuse_unfit(text, is_typed=isinstance(place, str))
        return Path(text)
    kind, _, rest = text.partition("://")
    if kind not in ("sqlite", "sqlite+pysqlite") or (rest and not rest.startswith("/")):
        raise DatabaseUnusable(
            f"the database {kind}://… cannot be used; this version speaks SQLite only",
            "use --database sqlite:///rmos.db, with the path of a file",
        )
    name = rest[1:]
    if "?" in name or "#" in name:
        raise UsageError(
            f"{printable(text)} asks for something after ? or #, which is not supported",
            "name the file alone, e.g. sqlite:///rmos.db; "
            "a file with ? or # in its name is named as a plain path",
        )
    _refuse_unfit(name, is_typed=True)
    return Path(name)


def _refuse_unfit(name: str, *, is_typed: bool) -> None:
    """Raise UsageError for what SQLite, or somebody in a hurry, would not take for a file's name."""
    if not name.strip() or name == ".":
        raise UsageError("the database's name is empty", _HINT)
    if name.strip().lower() == ":memory:":
        raise UsageError(
            "a database in memory would be gone when the command ends", f"{_HINT}, or try with --dry-run"
        )
    if is_typed and name.lower().startswith(("file:", "sqlite:")):
        raise UsageError(f"{printable(name)} is not the path of a file", f"{_HINT} or sqlite:///rmos.db")
    if "\0" in name:
        raise UsageError(f"{printable(name)} holds a NUL, so it cannot be a file's name", _HINT)
