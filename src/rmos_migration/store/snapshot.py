"""A database at one moment, as those see it who read it."""

from dataclasses import dataclass

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A database at one moment: a transaction, and whether a run was going on before it.

    ``is_running`` is None where that could not be found out. A run that says running is then taken to be so.
    """

    connection: Connection
    is_running: bool | None = None
