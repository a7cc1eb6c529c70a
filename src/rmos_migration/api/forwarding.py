"""Proxies in front of the server: how to recognise their requests, and below which path they are served."""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from ..errors import UsageError
from .problems import Problem

Network = IPv4Network | IPv6Network

PREFIX_HEADER = "x-forwarded-prefix"
_LONGEST_PREFIX = 200
_PREFIX = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*", re.ASCII)
OWN_STEPS = frozenset(
    {
        "api",
        "audit",
        "docs",
        "healthz",
        "joblogs",
        "metrics",
        "openapi.json",
        "patterns",
        "readyz",
        "rejects",
        "runs",
        "static",
        "strip-families",
    }
)
"""First steps of the server's own paths; a prefix that begins with one could not be distinguished
(``below``)."""

_SAID = frozenset(
    {"forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-proxyuser-ip", "x-remote-ip"}
    | {"true-client-ip", "cf-connecting-ip", "cf-ray", "fastly-client-ip", "client-ip", "x-host", "x-scheme"}
)
_SAID_BY_BEGINNING = ("x-forwarded", "x-original-", "x-rewrite-", "x-envoy-", "x-amzn-", "x-azure-", "x-arr-")


def is_forwarded(scope: Scope, headers: Headers) -> bool:
    """Tell whether a request came through a proxy.

    It did by the headers that proxies add, or by HTTP/1.0, which nginx before 1.29.7 speaks. A proxy that
    adds nothing cannot be distinguished from a program of this machine; a newer nginx with a bare proxy_pass
    is one.
    """
    return scope["http_version"] == "1.0" or any(
        name in _SAID or name.startswith(_SAID_BY_BEGINNING) for name in headers
    )


def prefix_of(scope: Scope, headers: Headers, own: str, trusted: Sequence[Network]) -> str:
    """Return the path below which the caller sees the server: ``own``, or what a trusted proxy says.

    Raises:
        Problem: if what a trusted proxy says is not a path.
    """
    said = headers.getlist(PREFIX_HEADER)
    if not said or not _is_trusted(scope.get("client"), trusted):
        return own
    try:
        if len(said) > 1:
            raise UsageError("X-Forwarded-Prefix is given twice")
        return checked_prefix(said[0], "X-Forwarded-Prefix")
    except UsageError as error:
        raise Problem("bad-request", error.message, "see the proxy's settings") from None


def checked_prefix(given: str, where: str) -> str:
    """Return a path prefix without a slash at its end: ``/rmos``, or nothing; ``where`` says who gave it.

    Raises:
        UsageError: if it is not a path of plain steps, or begins like one of the server's own.
    """
    prefix = given.rstrip("/") if given.startswith("/") else given
    if len(prefix) > _LONGEST_PREFIX or _PREFIX.fullmatch(prefix) is None or given.endswith("//"):
        hint = "give plain steps of letters, digits and - . _ ~, such as /rmos"
        raise UsageError(f"{where} {given[:_LONGEST_PREFIX]} is not a path", hint)
    if prefix.removeprefix("/").partition("/")[0] in OWN_STEPS:
        hint = "give another first step, such as /rmos"
        raise UsageError(f"{where} {prefix} begins like the server's own addresses", hint)
    return prefix


def below(prefix: str, path: str) -> str:
    """Return a path without the prefix, whether or not the proxy has removed it."""
    if prefix and (path == prefix or path.startswith(f"{prefix}/")):
        return path[len(prefix) :] or "/"
    return path


def networks(given: Iterable[str]) -> tuple[Network, ...]:
    """Return the addresses or networks of ``--trust-proxy``.

    Raises:
        UsageError: if one of them is neither.
    """
    found = []
    for one in given:
        try:
            found.append(ip_network(one))
        except ValueError as error:
            hint = "give a number such as 127.0.0.1 or 172.18.0.0/16"
            raise UsageError(f"--trust-proxy {one} is not an address: {error}", hint) from None
    return tuple(found)


def _is_trusted(client: tuple[str, int] | None, trusted: Sequence[Network]) -> bool:
    if client is None or not trusted:
        return False
    try:
        peer = ip_address(client[0])
    except ValueError:
        return False
    return any(peer in network for network in trusted)
