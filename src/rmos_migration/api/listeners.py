"""Those who listen to the progress of a run: each holds a connection for as long as it takes, so they are counted."""

from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from .problems import Problem

MOST = 20

KEPT = 4
"""Places more that only those with the token get: nobody without it can shut out the person whose server it is."""


class Listeners:
    """How many listen."""

    def __init__(self) -> None:
        self.count = 0

    def enter(self, *, trusted: bool) -> None:
        """Take a place, which whoever enters has to ``leave``; ``trusted`` callers showed the token.

        Raises:
            Problem: if all are taken.
        """
        if self.count >= MOST + KEPT * trusted:
            raise Problem("busy", f"{self.count} others are listening already", "try again later")
        self.count += 1

    def leave(self) -> None:
        """Give the place back."""
        self.count -= 1


class Events(StreamingResponse):
    """A stream of events that gives back the place of its listener, however it ends, even before it begins."""

    def __init__(self, events: AsyncIterator[str], listeners: Listeners) -> None:
        super().__init__(events, media_type="text/event-stream")
        self.listeners = listeners

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.listeners.leave()
