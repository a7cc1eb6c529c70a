"""What a server serves, to whom, and what it keeps while it runs."""

from dataclasses import dataclass, field
from pathlib import Path

from ..settings import Settings
from ..store.database import Database

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""The names under which this machine is reached from itself."""

ASK_TO_END = "ask_to_end"
"""In the state of the application's lifespan: what to call when the server is about to end, before it waits for answers
that are on their way."""


@dataclass(frozen=True)
class Serving:
    """How to serve: which database and legacy folder, who may ask and who may change something.

    ``hosts`` are the names by which the server may be called, without port. Changes need ``token``; where it is None,
    nothing can be changed. With ``readers_need_token`` reading needs it, too: the server can be reached from elsewhere.
    """

    database: Database
    source: Path
    token: str | None
    hosts: frozenset[str] = frozenset(LOOPBACK)
    readers_need_token: bool = False
    settings: Settings = field(default_factory=Settings)
