"""Callers who listen to the progress of a run: each holds a connection until it ends, so they are counted."""

from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from .problems import Problem

MOST = 20

KEPT = 4
"""Further places for callers with the token: nobody without it can shut out the owner of the server."""


class Listeners:
    """The number of callers who listen."""

    def __init__(self) -> None:
        self.count = 0

    def enter(self, *, trusted: bool) -> None:
        """Take a place, which has to be left again; ``trusted`` callers showed the token.

        Raises:
            Problem: if all places are taken.
        """
        if self.count >= MOST + KEPT * trusted:
            raise Problem("busy", f"{self.count} others are listening already", "try again later")
        self.count += 1

    def leave(self) -> None:
        """Give the place back."""
        self.count -= 1


class Events(StreamingResponse):
    """A stream of events that frees its listener's place however it ends, even before it begins."""

    def __init__(self, events: AsyncIterator[str], listeners: Listeners) -> None:
        super().__init__(events, media_type="text/event-stream")
        self.listeners = listeners

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.listeners.leave()
