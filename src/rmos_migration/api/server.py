"""Running the server (uvicorn) until it is asked to end."""

import asyncio
import errno
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from ..errors import EnvironmentFailure
from .security import LARGEST_HEAD
from .server_settings import ASK_TO_END
from .timeouts import NEXT_SECONDS, TimeoutProtocol

log = logging.getLogger(__name__)

_ENDING_SECONDS = 3
"""For answers that are on their way when the server is asked to end."""

_STUCK_SECONDS = 3.0
"""After that, for threads whose queries were ended. SQLite ends a query between two steps, and one step may
take for ever."""

_SWITCH_SECONDS = 0.0005
"""How long a thread that computes an answer may keep the others waiting. With Python's 5 ms, at every read
and write of a socket, every answer that is ready would be slowed down."""


def open_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes any that is free.

    Raises:
        EnvironmentFailure: if the port is taken, or the name is not one of this machine's.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        family, kind, protocol, _, address = found[0]
        listening = socket.socket(family, kind, protocol)  # asyncio sends at once only where TCP is named
    except OSError as error:
        raise EnvironmentFailure(f"{host} cannot be listened on: {error.strerror}", "see --host") from error
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows would let two servers share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        hint = (
            f"choose another one: --port {port + 1}"
            if error.errno == errno.EADDRINUSE
            else "see --host and --port"
        )
        raise EnvironmentFailure(f"port {port} on {host} cannot be used: {error.strerror}", hint) from error
    return listening


def url_of(listening: socket.socket) -> str:
    """Return the address of a listening socket, for a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: ASGIApp, listening: socket.socket, *, when_ready: Callable[[], None]) -> None:
    """Serve until the process is told to end: by Ctrl-C, SIGTERM or a closed terminal."""
    config = uvicorn.Config(
        app,
        http=TimeoutProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=NEXT_SECONDS,
        timeout_graceful_shutdown=_ENDING_SECONDS,
        h11_max_incomplete_event_size=LARGEST_HEAD,
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    switching = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    server = _Server(config, when_ready)
    before = signal.signal(signal.SIGTERM, server.end)  # uvicorn raises it once more when it has ended
    _end_with_the_terminal(server)
    log_of_requests = logging.getLogger("uvicorn.error")
    log_of_requests.addFilter(server.is_told)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        log_of_requests.removeFilter(server.is_told)
        signal.signal(signal.SIGTERM, before)
        sys.setswitchinterval(switching)
        listening.close()


def _end_with_the_terminal(server: "_Server") -> None:
    """End the server in order when its terminal is closed, unless it was asked to outlive it (``nohup``)."""
    closed = getattr(signal, "SIGHUP", None)
    if closed is not None and signal.getsignal(closed) is signal.SIG_DFL:
        signal.signal(closed, server.end)


def _leave_threads() -> None:
    """End the process although a thread is running.

    What the thread was writing is undone when the database is next opened.
    """
    log.warning("a question to the database did not end, and was left")
    logging.shutdown()
    os._exit(0)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.when_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.lifespan.state[ASK_TO_END]()
        await super().shutdown(sockets)
        stuck = threading.Timer(_STUCK_SECONDS, _leave_threads)
        stuck.daemon = True
        stuck.start()

    def end(self, *_: object) -> None:
        """Ask the server to end; handles signals before and after uvicorn does."""
        self.should_exit = True

    def is_told(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is worth logging: not that of an answer cut off because the server ends."""
        error = record.exc_info[1] if record.exc_info else None
        return not (self.should_exit and isinstance(error, asyncio.CancelledError))
