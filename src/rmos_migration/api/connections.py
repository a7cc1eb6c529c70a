"""Connections that must not keep the server waiting: those that send nothing, drop by drop, or do not take their answer.

Uvicorn cuts off a connection that is silent between two requests; this adds the rest.
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""For a request to be there up to the end of its headers, from the connection or the first byte after an answer."""

BODY_SECONDS = 30.0
"""For the body behind it."""

TAKING_SECONDS = 30.0
"""For a caller to take what was sent, before more can be."""

LARGEST_HEAD = 16 * 1024
"""Bytes of a request's first line and headers."""

MOST_CONNECTIONS = 256


class PatientProtocol(H11Protocol):
    """A connection with deadlines."""

    _deadline: asyncio.TimerHandle | None = None
    _stage: object = None
    _taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody calls."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
            return
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller is gone."""
        self._stop_waiting()
        self._taken()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some of a request is there."""
        super().data_received(data)
        self._await_request()

    def on_response_complete(self) -> None:
        """An answer was sent."""
        super().on_response_complete()
        self._stop_waiting()
        if not self.transport.is_closing() and self.conn.their_state is h11.SEND_BODY:
            self.transport.close()  # the rest of the request was not wanted

    def pause_writing(self) -> None:
        """The caller does not take what was sent."""
        super().pause_writing()
        self._taken()
        self._taking = self.loop.call_later(TAKING_SECONDS, self._give_up)

    def resume_writing(self) -> None:
        """The caller has taken it."""
        self._taken()
        super().resume_writing()

    def _await_request(self) -> None:
        """Begin to wait for the next part of a request, or stop when all of it is there."""
        stage = self.conn.their_state
        if stage is self._stage:
            return
        self._stop_waiting()
        seconds = {h11.IDLE: HEAD_SECONDS, h11.SEND_BODY: BODY_SECONDS}.get(stage)
        if seconds is not None:
            self._stage = stage
            self._deadline = self.loop.call_later(seconds, self._give_up)

    def _stop_waiting(self) -> None:
        self._stage = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _taken(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.logger.info("a connection was cut off, because it kept the server waiting")
        self.transport.abort()
