"""Who may ask what: checked before any route is looked for. Everything is refused that is not plainly meant.

Host names are checked because a web page may have its own name lead here (DNS rebinding); Origin and Sec-Fetch-Site,
because a web page may send forms here; the token, because a program of another user on this machine can reach it.
"""

import binascii
import re
from base64 import b64decode
from secrets import compare_digest

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import Problem
from .requests import LARGEST_BODY
from .serving import Serving

LONGEST_PATH = 2048
LONGEST_QUERY = 4096
MOST_HEADERS = 64
LARGEST_HEAD = 16 * 1024
"""Bytes of a request's first line and headers."""

MOST_AT_ONCE = 256
"""Requests that are being answered. Who hangs up leaves the work on an answer behind, so connections do not bound it."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = frozenset({"/healthz", "/readyz"})
"""What programs that only watch over the server may always ask."""

NO_CONTENT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The content security policy of what is no page: nothing may be loaded or run."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": NO_CONTENT,
}
"""What keeps browsers safe, on every answer."""

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?", re.ASCII | re.IGNORECASE)


class Guard:
    """Lets a request through to the application, or refuses it; every answer gets the headers that keep browsers safe.

    ``request.state.trusted`` says whether the caller showed the token.
    """

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app = app
        self.serving = serving
        self.answering = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        send = _with_headers(send)
        headers = Headers(scope=scope)
        is_trusted = self._shows_token(headers)
        try:
            self._check(scope, headers, is_trusted)
        except Problem as problem:
            await problem.response()(scope, receive, send)
            return
        scope.setdefault("state", {})["trusted"] = is_trusted
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # the server leaves the body out
        self.answering += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.answering -= 1

    def _check(self, scope: Scope, headers: Headers, is_trusted: bool) -> None:
        if self.answering >= MOST_AT_ONCE:
            raise Problem("busy", f"{MOST_AT_ONCE} requests are being answered", "try again later")
        _check_size(scope)
        _check_body(scope["method"], headers)
        self._check_host(headers, scope.get("server"))
        if scope["method"] not in READING:
            self._check_origin(headers)
            self._check_token(headers, is_trusted)
        elif not is_trusted and scope["path"] not in OPEN:
            self._check_reader(headers)

    def _check_host(self, headers: Headers, own: tuple[str, int | None] | None) -> None:
        """Refuse a name that is not the server's. The number at which it was reached is its own: no page can fake that."""
        named = headers.getlist("host")
        known = self.serving.hosts | {own[0]} if own else self.serving.hosts
        if len(named) != 1 or _name_of(named[0]) not in known:
            raise Problem(
                "host-refused",
                "the server was called by a name that is not its own",
                "call it as it says when it starts; rmos serve --allow-host NAME adds a name",
            )

    def _check_origin(self, headers: Headers) -> None:
        origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
        own = f"http://{headers['host']}", f"https://{headers['host']}"
        if any(origin not in own for origin in origins) or any(
            site not in ("same-origin", "none") for site in sites
        ):
            raise Problem(
                "origin-refused", "changes are only taken from the server's own pages and from programs"
            )

    def _check_token(self, headers: Headers, is_trusted: bool) -> None:
        if self.serving.token is None:
            raise Problem(
                "changes-off", "the server has no token", "set RMOS_TOKEN, or let it write its token file"
            )
        if not is_trusted:
            raise _token_needed("changes need the token", headers, may_ask_for_password=False)

    def _check_reader(self, headers: Headers) -> None:
        if any(given.lower().startswith("bearer") for given in headers.getlist("authorization")):
            raise _token_needed("that is not the token", headers, may_ask_for_password=False)
        if self.serving.readers_need_token and not self._shows_password(headers):
            raise _token_needed("reading needs the token", headers)

    def _shows_token(self, headers: Headers) -> bool:
        given = headers.getlist("authorization")
        if len(given) != 1 or self.serving.token is None:
            return False
        scheme, _, token = given[0].partition(" ")
        return scheme.lower() == "bearer" and _is_same(token.strip(), self.serving.token)

    def _shows_password(self, headers: Headers) -> bool:
        """Whether a browser gives the token as a password, which is enough to look, not to change."""
        given = headers.getlist("authorization")
        if len(given) != 1 or self.serving.token is None:
            return False
        scheme, _, encoded = given[0].partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            password = b64decode(encoded.strip(), validate=True).decode("utf-8", "replace").partition(":")[2]
        except binascii.Error:
            return False
        return _is_same(password, self.serving.token)


def _check_size(scope: Scope) -> None:
    path = scope.get("raw_path") or scope["path"].encode()
    if len(path) > LONGEST_PATH or len(scope["query_string"]) > LONGEST_QUERY:
        raise Problem(
            "address-too-long", f"the path may have {LONGEST_PATH:,} bytes, the query {LONGEST_QUERY:,}"
        )
    if len(scope["headers"]) > MOST_HEADERS:
        raise Problem("headers-too-large", f"a request may have {MOST_HEADERS} headers")
    if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > LARGEST_HEAD:
        raise Problem("headers-too-large", f"headers may have {LARGEST_HEAD:,} bytes")


def _check_body(method: str, headers: Headers) -> None:
    """Refuse a body that is too large by its own word, that nobody reads, or whose end could be seen in two places."""
    length = int(headers.get("content-length", 0))
    comes_in_chunks = "transfer-encoding" in headers
    if comes_in_chunks and "content-length" in headers:
        detail = "Content-Length and Transfer-Encoding say different things"
        raise Problem("bad-request", detail, "send one of them", headers={"Connection": "close"})
    if length > LARGEST_BODY:
        raise Problem("too-large", f"a body may have {LARGEST_BODY:,} bytes")
    if method in READING and (length or comes_in_chunks):
        raise Problem("bad-request", "reading takes no body", "leave it out")


def _name_of(host: str) -> str | None:
    """The name in a Host header, without its port; None where it is none."""
    found = _HOST.fullmatch(host)
    return found[1].strip("[]").lower() if found else None


def _is_same(given: str, token: str) -> bool:
    """Whether two tokens are the same, in a time that does not tell how far they agree."""
    return compare_digest(given.encode("utf-8", "surrogateescape"), token.encode())


def _token_needed(detail: str, headers: Headers, *, may_ask_for_password: bool = True) -> Problem:
    asks = may_ask_for_password and "text/html" in headers.get("accept", "")
    challenge = 'Basic realm="RMOS, any name, the token as password", charset="UTF-8"' if asks else "Bearer"
    hint = "send it as Authorization: Bearer TOKEN; rmos serve says where it is kept"
    return Problem("token-needed", detail, hint, headers={"WWW-Authenticate": challenge})


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
