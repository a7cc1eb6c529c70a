"""What a server serves, to whom, and what it keeps while it runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from ..settings import Settings
from ..store.database import SqliteDatabase
from ..views.redaction import Redactor
from .one_time_link import OneTimeLink

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""The names under which this machine is reached from itself."""

ASK_TO_END = "ask_to_end"
"""In the state of the application's lifespan: what to call when the server is about to end, before it waits for answers
that are on their way."""


@dataclass(frozen=True)
class ServerSettings:
    """How to serve: which database and legacy folder, who may ask and who may change something.

    Args:
        token: what changes need; where it is None, nothing can be changed.
        hosts: the names by which the server may be called: NAME at its own port, NAME:PORT at another.
        readers_need_token: whether reading needs a token from everybody; a request that was forwarded always does.
        reading_token: what is enough for reading, besides ``token``.
        root_path: the path below which callers see the server, such as ``/rmos``.
        trusted_proxies: who is believed when they name another path.
        entrance: the one-time link.
        are_tokens_current: whether the tokens are still those that were read at the start; where not, none is taken.
    """

    database: SqliteDatabase
    source: Path
    token: str | None
    hosts: frozenset[str] = frozenset(LOOPBACK)
    readers_need_token: bool = False
    configured: Settings = field(default_factory=Settings)
    reading_token: str | None = None
    root_path: str = ""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    entrance: OneTimeLink = field(default_factory=OneTimeLink)
    are_tokens_current: Callable[[], bool] = lambda: True

    @property
    def redactor(self) -> Redactor:
        """Return what removes the folders of this machine from what callers without the token are told."""
        return Redactor(self.database, self.source)
