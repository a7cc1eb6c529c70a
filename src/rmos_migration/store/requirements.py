"""Which SQLite this program needs; nothing else is imported here, since every command asks."""

import sqlite3

from ..errors import EnvironmentFailure

OLDEST = (3, 37, 0)
"""The first SQLite that knows STRICT tables, which refuse values of the wrong kind."""


def refuse_old(version: tuple[int, ...] | None = None) -> None:
    """Raise EnvironmentFailure where SQLite (Python's own, unless said) is older than needed."""
    found = sqlite3.sqlite_version_info if version is None else version
    if found < OLDEST:
        raise EnvironmentFailure(
            f"this Python brings SQLite {'.'.join(map(str, found))}; RMOS migration needs "
            f"{'.'.join(map(str, OLDEST[:2]))} or newer, for tables that refuse values of the wrong kind",
            "install a newer Python (its installers for Windows and macOS bring SQLite along), "
            "or update the system's SQLite",
        )
