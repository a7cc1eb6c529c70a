"""What a server serves, and to whom."""

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from ..settings import Settings
from ..store.port import DatabasePort
from ..views.redaction import Redactor
from .one_time_link import OneTimeLink

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""The names under which this machine is reached from itself."""

ASK_TO_END = "ask_to_end"
"""In the state of the application's lifespan: what to call when the server is about to end, before it waits
for answers that are on their way."""


@dataclass(frozen=True)
class ServerSettings:
    """How to serve: which database and legacy folder, who may read and who may change.

    Args:
        token: what changes need; None: nothing can be changed.
        hosts: names by which the server may be called: NAME at its own port, NAME:PORT at another.
        readers_need_token: whether reading always needs a token; a forwarded request always does.
        configured: what the environment and ``rmos.toml`` say, for runs that are started here.
        reading_token: enough for reading, as ``token`` is.
        root_path: the path below which callers see the server, such as ``/rmos``.
        trusted_proxies: proxies that may name another path.
        entrance: the one-time link.
        are_tokens_current: whether the tokens are still those of the start; otherwise none is accepted.
    """

    database: DatabasePort
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
