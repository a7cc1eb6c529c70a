"""The names by which the server may be called: those in Host headers, and those that ``--allow-host`` adds.

A web page may let its own name resolve to this machine (DNS rebinding). So only known names are answered, and
only at the server's own port.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv6Address

from ..errors import UsageError

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?", re.ASCII | re.IGNORECASE)
_WEB = ("80", "443")
"""The ports of http and https, which browsers leave out: there a proxy listens."""


def split_host(host: str) -> tuple[str, str | None] | None:
    """Return the name in a Host header, in lower case, and its port or None; None if it is not a name."""
    found = _HOST.fullmatch(host)
    return None if found is None else (found[1].strip("[]").lower(), found[2])


def allowed(given: Iterable[str]) -> frozenset[str]:
    """Return what ``--allow-host`` adds: a name at the server's own port and the web's, or NAME:PORT.

    Raises:
        UsageError: if one of them is not a name.
    """
    return frozenset(entry for one in given for entry in _entries(one))


def is_known(host: str, hosts: Iterable[str], own_port: int | None) -> bool:
    """Tell whether a Host header names the server.

    It does by a name in ``hosts`` at the server's own port, or by a NAME:PORT in there.
    """
    split = split_host(host)
    if split is None:
        return False
    name, port = split
    return (name in hosts and port in (None, str(own_port))) or f"{name}:{port or ''}" in hosts


def _entries(given: str) -> Iterable[str]:
    split = split_host(f"[{given}]" if _is_ipv6(given) else given)
    if split is None:
        hint = "give it as in the address, without http:// and path: workshop.local or workshop.local:8443"
        raise UsageError(f"--allow-host {given} is not the name of a server", hint)
    name, port = split
    if port is None:
        return [name, *(f"{name}:{one}" for one in _WEB)]
    return [f"{name}:{port}", *([f"{name}:"] if port in _WEB else [])]


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True
