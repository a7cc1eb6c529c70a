"""Deadlines for connections that send nothing, send drop by drop, or do not take their answer.

Uvicorn cuts off a connection that is silent between two requests; this adds the rest. When all places are
taken, a new caller gets the place of whoever has been idle longest, so that idle connections shut nobody out.
"""

import asyncio
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import cast

import h11
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from .problems import Problem
from .requests import LARGEST_BODY
from .security import HEADERS, LARGEST_HEAD

HEAD_SECONDS = 10.0
"""For a request to arrive up to the end of its headers, from the connection or the first byte after an
answer."""

BODY_SECONDS = 30.0
"""For the body after the headers."""

TAKING_SECONDS = 30.0
"""For a caller to receive what was sent."""

NEXT_SECONDS = 5
"""For the next request to begin after an answer."""

LEAVING_SECONDS = 2.0
"""For which the rest of a request is received that was answered before its end."""

MOST_CONNECTIONS = 256

MOST_OF_PEER = 64
"""Connections from one address of another machine; a proxy for everybody is best on this one."""

_WAITING = (h11.IDLE, h11.SEND_BODY)
"""States of a connection whose request has not arrived completely."""


class TimeoutProtocol(H11Protocol):
    """A connection with deadlines."""

    _deadline: asyncio.TimerHandle | None = None
    _stage: object = None
    _taking: asyncio.TimerHandle | None = None
    _peer: str | None = None
    _waits: tuple[bool, float] | None = None
    """Whether there was a request before, and since when the next is awaited; None while one is being
    answered."""
    _is_evicted = False
    _is_draining = False
    _thrown_away = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request, or refuse the connection."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # a single byte that is not received starts the clock
        self._peer = peer_of(self.client[0] if self.client else "")
        self._waits = (False, self.loop.time())
        if not self._finds_place():
            self._evict()
            return
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop every clock."""
        self._stop_waiting()
        self._taken()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take a part of a request."""
        if self._is_draining:
            self._thrown_away += len(data)
            if self._thrown_away > LARGEST_BODY:
                self.transport.abort()
            return
        super().data_received(data)
        if self.conn.their_state not in _WAITING:
            self._waits = None
        self._await_request()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request, or with the one that has already arrived."""
        self._stop_waiting()
        self._waits = (True, self.loop.time())
        if self.conn.their_state is h11.SEND_BODY:
            self._drain()
            return
        super().on_response_complete()
        if self.conn.their_state not in _WAITING:
            self._waits = None  # the next one has already arrived
        if self.conn.their_state is h11.SEND_BODY:
            self._await_request()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not a request."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()  # it is the body of a request that is being answered
            return
        if self.cycle is not None:
            self.cycle.disconnected = (
                True  # this is the answer; nobody waits for the one that is being computed
            )
            self.cycle.message_event.set()
        is_large = len(self.conn.trailing_data[0]) > LARGEST_HEAD
        problem = Problem("headers-too-large" if is_large else "bad-request", msg, headers=HEADERS)
        answer = problem.response()
        head = h11.Response(
            status_code=answer.status_code,
            headers=[*answer.raw_headers, (b"connection", b"close")],
            reason=STATUS_PHRASES[answer.status_code],
        )
        for event in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def pause_writing(self) -> None:
        """Start the clock for a caller who does not receive what was sent."""
        super().pause_writing()
        self._taken()
        self._taking = self.loop.call_later(TAKING_SECONDS, self._give_up)

    def resume_writing(self) -> None:
        """Stop the clock: the caller has received what was sent."""
        self._taken()
        super().resume_writing()

    def _should_upgrade(self) -> bool:
        """Refuse to switch to another protocol."""
        return False

    def _drain(self) -> None:
        """End a connection whose request is answered before all of it came.

        What still arrives is received for a moment and thrown away: if the connection were closed at once,
        the system would answer with a reset, and the caller, or a proxy, might never read why the request was
        refused.
        """
        self._is_draining = True
        self.server_state.total_requests += 1
        if not self.transport.is_closing():
            self.transport.write_eof()
            self.flow.resume_reading()
            self._deadline = self.loop.call_later(LEAVING_SECONDS, self.transport.abort)

    def _finds_place(self) -> bool:
        """Tell whether there is a place, perhaps that of the connection that was idle longest."""
        there = [one for one in cast("set[TimeoutProtocol]", self.connections) if not one._is_evicted]
        of_peer = [one for one in there if one._peer == self._peer] if self._peer else []
        if len(of_peer) > MOST_OF_PEER:
            return self._takes_place_of(of_peer)
        return len(there) <= MOST_CONNECTIONS or self._takes_place_of(there)

    def _takes_place_of(self, there: Iterable["TimeoutProtocol"]) -> bool:
        waiting = [(one._waits, id(one), one) for one in there if one is not self and one._waits is not None]
        if not waiting:
            return False
        _, _, longest = min(waiting)
        longest._evict()
        return True

    def _evict(self) -> None:
        self._is_evicted = True  # it leaves the set of connections only later
        self.transport.abort()

    def _await_request(self) -> None:
        """Begin to wait for the next part of a request, or stop when it is complete."""
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


def peer_of(address: str) -> str | None:
    """Return to whom an address belongs; None for this machine.

    That is the address itself, or the network of an IPv6 address, since one caller has many of them.
    """
    try:
        number = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(number, IPv6Address):
        number = number.ipv4_mapped or number
    if number.is_loopback:
        return None
    return str(ip_network((number, 64), strict=False)) if isinstance(number, IPv6Address) else str(number)
