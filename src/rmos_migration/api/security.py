"""Who may ask for what: checked before any route is looked for. Whatever is not clearly intended is refused.

Host names are checked because a web page may let its own name resolve to this machine (DNS rebinding); Origin
and Sec-Fetch-Site, because a web page may send forms here or load what is here; the tokens, because programs
of other users of this machine can reach the server, and so can everybody whom a proxy lets in.
"""

import binascii
from base64 import b64decode
from enum import IntEnum

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .forwarding import below, is_forwarded, prefix_of
from .hosts import is_known
from .one_time_link import is_same
from .problems import Problem
from .requests import LARGEST_BODY
from .server_settings import ServerSettings

LONGEST_PATH = 2048
LONGEST_QUERY = 4096
MOST_HEADERS = 64
LARGEST_HEAD = 16 * 1024
"""Bytes of a request's first line and headers."""

MOST_AT_ONCE = 256
"""Requests that are being answered. Work on an answer goes on after its caller hangs up, so the number of
connections does not bound it."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = frozenset({"/healthz", "/readyz"})
"""Paths that are open to everybody, for programs that monitor the server."""

ENTER = "/api/rmos/enter"
"""Where the key of the one-time link is exchanged; it is a secret of its own."""

_NOT_FOR_PAGES = (
    "accelerometer autoplay camera clipboard-read display-capture encrypted-media fullscreen gamepad"
    " geolocation gyroscope hid idle-detection local-fonts magnetometer microphone midi payment"
    " picture-in-picture publickey-credentials-get screen-wake-lock serial storage-access usb"
    " window-management xr-spatial-tracking"
)
"""Features that a browser could grant a page; ours get none."""

NO_CONTENT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The content security policy of everything but pages: nothing may be loaded or run."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": _NOT_FOR_PAGES.replace(" ", "=(), ") + "=()",
    "Cache-Control": "no-store",
    "Content-Security-Policy": NO_CONTENT,
}
"""Headers of every answer, which keep browsers safe."""


class Access(IntEnum):
    """What a caller may do, by the token that came with the request."""

    NOTHING = 0
    READING = 1
    WRITING = 2


class Guard:
    """A gate in front of the application: refuses requests, and adds the headers that keep browsers safe.

    ``request.state.trusted`` tells whether the caller showed the token for changes.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self.app = app
        self.settings = settings
        self.answering = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        send = _with_headers(send)
        headers = Headers(scope=scope)
        access = self._access_of(headers)
        try:
            self._check(scope, headers, access)
        except Problem as problem:
            await problem.response()(scope, receive, send)
            return
        scope.setdefault("state", {})["trusted"] = access is Access.WRITING
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # the server leaves the body out
        self.answering += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.answering -= 1

    def _check(self, scope: Scope, headers: Headers, access: Access) -> None:
        if self.answering >= MOST_AT_ONCE:
            raise Problem("busy", f"{MOST_AT_ONCE} requests are being answered", "try again later")
        _check_size(scope)
        _check_body(scope["method"], headers)
        self._check_host(headers, scope.get("server"))
        path = self._place(scope, headers)
        if scope["method"] not in READING:
            self._check_origin(headers)
            if path != ENTER:
                self._check_token(headers, access)
            return
        _check_embedding(headers)
        if access is Access.NOTHING and path not in OPEN:
            self._check_reader(headers, is_forwarded(scope, headers))

    def _place(self, scope: Scope, headers: Headers) -> str:
        """Serve the request below the path at which the caller sees the server; return the rest of it."""
        known = self.settings.root_path, self.settings.trusted_proxies
        root = prefix_of(scope, headers, *known)
        path = below(root, scope["path"])
        scope["root_path"], scope["path"] = root, root + path
        return path

    def _check_host(self, headers: Headers, own: tuple[str, int | None] | None) -> None:
        """Refuse a name that is not the server's.

        The address at which it was reached is its own: no page can fake that.
        """
        named = headers.getlist("host")
        name, port = own or ("", None)
        known = self.settings.hosts | {name} if name else self.settings.hosts
        if len(named) != 1 or not is_known(named[0], known, port):
            raise Problem(
                "host-refused",
                "the server was called by a name or a port that is not its own",
                "use the address that it prints when it starts;"
                " rmos serve --allow-host NAME or NAME:PORT adds one",
            )

    def _check_origin(self, headers: Headers) -> None:
        origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
        own = f"http://{headers['host']}", f"https://{headers['host']}"
        if any(origin not in own for origin in origins) or any(site not in _OWN_SITES for site in sites):
            raise Problem(
                "origin-refused", "changes are only taken from the server's own pages and from programs"
            )

    def _check_token(self, headers: Headers, access: Access) -> None:
        if self.settings.token is None:
            raise Problem(
                "changes-off", "the server has no token", "set RMOS_TOKEN, or let it write its token file"
            )
        if access is Access.READING:
            raise self._token_needed("that token is good for reading only", headers, is_page=False)
        if access is Access.NOTHING:
            raise self._token_needed("changes need the token", headers, is_page=False)

    def _check_reader(self, headers: Headers, came_through_a_proxy: bool) -> None:
        if any(given.lower().startswith("bearer") for given in headers.getlist("authorization")):
            raise self._token_needed("that is not the token", headers, is_page=False)
        if (self.settings.readers_need_token or came_through_a_proxy) and not self._shows_password(headers):
            raise self._token_needed("reading needs a token", headers, is_page=True)

    def _access_of(self, headers: Headers) -> Access:
        scheme, given = _credentials(headers)
        if scheme != "bearer" or not self.settings.are_tokens_current():
            return Access.NOTHING
        if _is(given, self.settings.token) or self.settings.entrance.knows(given):
            return Access.WRITING
        return Access.READING if _is(given, self.settings.reading_token) else Access.NOTHING

    def _shows_password(self, headers: Headers) -> bool:
        """Tell whether a browser sends a token as a password, which is enough for reading only."""
        scheme, encoded = _credentials(headers)
        if scheme != "basic" or not self.settings.are_tokens_current():
            return False
        try:
            password = b64decode(encoded, validate=True).decode("utf-8", "replace").partition(":")[2]
        except (binascii.Error, ValueError):
            return False
        return _is(password, self.settings.reading_token) or _is(password, self.settings.token)

    def _token_needed(self, detail: str, headers: Headers, *, is_page: bool) -> Problem:
        asks = is_page and "text/html" in headers.get("accept", "")
        challenge = (
            'Basic realm="RMOS, any name, the token as password", charset="UTF-8"' if asks else "Bearer"
        )
        hint = "send it as Authorization: Bearer TOKEN; rmos token says where it is kept"
        if not self.settings.are_tokens_current():
            detail, hint = "the tokens were made anew since the server started", "start the server again"
        return Problem("token-needed", detail, hint, headers={"WWW-Authenticate": challenge})


_OWN_SITES = ("same-origin", "none")


def _check_embedding(headers: Headers) -> None:
    """Refuse what a page of another site loads; following its links is allowed."""
    if all(site in _OWN_SITES for site in headers.getlist("sec-fetch-site")):
        return
    follows = headers.getlist("sec-fetch-mode"), headers.getlist("sec-fetch-dest")
    if follows != (["navigate"], ["document"]):
        raise Problem("origin-refused", "pages of other sites may link here, but load nothing from here")


def _credentials(headers: Headers) -> tuple[str, str]:
    """Return the scheme and the credentials, if there is exactly one Authorization header."""
    given = headers.getlist("authorization")
    scheme, _, rest = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    return scheme.lower(), rest.strip()


def _is(given: str, secret: str | None) -> bool:
    return secret is not None and is_same(given, secret)


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
    """Refuse a body that is too large, that nobody reads, or whose end two headers state differently."""
    length = int(headers.get("content-length", 0))
    comes_in_chunks = "transfer-encoding" in headers
    if comes_in_chunks and "content-length" in headers:
        detail = "Content-Length and Transfer-Encoding say different things"
        raise Problem("bad-request", detail, "send one of them", headers={"Connection": "close"})
    if length > LARGEST_BODY:
        raise Problem("too-large", f"a body may have {LARGEST_BODY:,} bytes")
    if method in READING and (length or comes_in_chunks):
        raise Problem("bad-request", "requests that only read have no body", "leave it out")


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
