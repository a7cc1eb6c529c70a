"""The link that lets the person who started the server in: a key that is good once and for a short time.

A script of the page exchanges it for a token of its own, which the server forgets when it ends. See
decision 0021.
"""

from collections.abc import Callable
from secrets import compare_digest, token_urlsafe
from time import monotonic

GOOD_SECONDS = 600.0
"""How long a key may be used."""


class OneTimeLink:
    """The current key, and the token that was given for one."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._key = ""
        self._made_at = 0.0
        self._token = ""

    def new_key(self) -> str:
        """Make a new key; the one before becomes void."""
        self._key, self._made_at = token_urlsafe(32), self._clock()
        return self._key

    def enter(self, key: str) -> str | None:
        """Return a token for the key, which is used up by that; None for a wrong or expired key."""
        is_good = bool(self._key) and self._clock() - self._made_at < GOOD_SECONDS
        if not is_good or not is_same(key, self._key):
            return None
        self._key = ""
        self._token = token_urlsafe(32)
        return self._token

    def knows(self, token: str) -> bool:
        """Tell whether a token was given for a key."""
        return bool(self._token) and is_same(token, self._token)


def is_same(given: str, secret: str) -> bool:
    """Tell whether two secrets are equal, in a time that does not depend on how much of them is."""
    return compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode())
