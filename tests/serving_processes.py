"""A real ``rmos serve`` in a process of its own, and requests to it byte for byte."""

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from http.client import parse_headers
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from builders import RMOS, environment

API = "/api/rmos/stores"
TOKEN = "a token for these tests"[2:].replace(" ", "-")
PATIENCE = 60.0

_HASTY = (
    "import sys; from rmos_migration.api import lanes, response_cache, timeouts; {settings};"
    " from rmos_migration.cli.app import run; sys.exit(run())"
)


def hasty(module: str = "timeouts", **bounds: float) -> list[str]:
    """The command with other bounds of one module of the API's: HEAD_SECONDS, BODY_SECONDS, TAKING_SECONDS
    and the like."""
    settings = "; ".join(f"{module}.{name} = {bound}" for name, bound in bounds.items())
    return [sys.executable, "-c", _HASTY.format(settings=settings)]


@dataclass(frozen=True)
class Answer:
    """What the server sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """A header; None where it is not there just once."""
        found = [value for known, value in self.headers if known.lower() == name.lower()]
        return found[0] if len(found) == 1 else None

    @property
    def problem(self) -> str | None:
        """Which problem it tells; None for none."""
        if self.header("content-type") != "application/problem+json":
            return None
        told = json.loads(self.body)
        assert told["status"] == self.status
        return str(told["type"]).rpartition(":")[2]

    def json(self) -> Any:
        """The body's value."""
        return json.loads(self.body)


class Connection:
    """A connection to a server, on which answers come in their order."""

    def __init__(self, address: tuple[str, int], timeout: float) -> None:
        self.socket = socket.create_connection(address, timeout)
        self.reader = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.reader.close()
        self.socket.close()

    def send(self, sent: bytes) -> None:
        """Send bytes.

        Raises:
            ConnectionError: if the server has closed the connection.
        """
        self.socket.sendall(sent)

    def answer(self) -> Answer:
        """The next answer.

        Raises:
            OSError: if the connection ends before.
        """
        protocol, status, _ = self.reader.readline().split(b" ", 2) if self._is_open() else (b"", b"", b"")
        assert protocol == b"HTTP/1.1"
        headers = parse_headers(self.reader)
        return Answer(int(status), headers.items(), self._body(headers))

    def answer_begins(self) -> int:
        """The status of the next answer, whose rest is left alone."""
        return int(self.reader.readline().split(b" ", 2)[1])

    def seconds_until_closed(self) -> float:
        """How long the server keeps the connection; what it sends is thrown away."""
        began = time.monotonic()
        with suppress(ConnectionError):
            while self.reader.read1():
                pass
        return time.monotonic() - began

    def _is_open(self) -> bool:
        if not self.reader.peek(1):
            raise ConnectionResetError("the server closed the connection")
        return True

    def _body(self, headers: Message) -> bytes:
        if headers["transfer-encoding"] != "chunked":
            length = headers["content-length"]
            return self.reader.read(None if length is None else int(length))
        body = b""
        while size := int(self.reader.readline(), 16):
            body += self.reader.read(size)
            self.reader.readline()
        self.reader.readline()
        return body


class Served:
    """A server that answers."""

    def __init__(self, process: subprocess.Popen[str], greeting: str, log: Path) -> None:
        self.process = process
        self.greeting = greeting
        self.log = log
        self.url = re.search(r"http://\S+", greeting)[0]  # type: ignore[index]
        named = urlsplit(self.url)
        self.host, self.port = str(named.hostname), named.port or 0
        self.address = ("127.0.0.1" if self.host == "0.0.0.0" else self.host, self.port)

    def connect(self, timeout: float = PATIENCE) -> Connection:
        """A connection that says nothing yet."""
        return Connection(self.address, timeout)

    def send(self, request: bytes) -> Answer:
        """The answer to bytes on a connection of their own."""
        with self.connect() as connection:
            with suppress(ConnectionError):  # the answer may come before all is sent
                connection.send(request)
            return connection.answer()

    def ask(
        self, method: str, path: str, *headers: str, body: bytes = b"", host: str | None = None
    ) -> Answer:
        """The answer to a request with a proper Host, and header lines as they are given."""
        return self.send(request(method, path, host or f"{self.host}:{self.port}", *headers, body=body))

    def get(self, path: str, *headers: str) -> Answer:
        """The answer to a GET."""
        return self.ask("GET", path, *headers)

    def memory(self) -> int:
        """Bytes of memory that the process holds (Linux)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024  # type: ignore[index]

    def logged(self) -> str:
        """What it wrote to its log."""
        return self.log.read_text(errors="replace")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, and wait for it; returns its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def request(method: str, path: str, host: str | None, *headers: str, body: bytes = b"") -> bytes:
    """A request; without ``host`` it has no Host header."""
    lines = [f"{method} {path} HTTP/1.1", *([] if host is None else [f"Host: {host}"]), *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def eventually(holds: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether something holds before so much time has passed."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


def bearer(token: str = TOKEN) -> str:
    """The header that shows the token."""
    return f"Authorization: Bearer {token}"


@contextmanager
def serving(
    database: Path,
    *options: str | Path,
    command: list[str] | None = None,
    token: str | None = TOKEN,
    cwd: Path | None = None,
    before: Callable[[], None] | None = None,
    **more: str,
) -> Iterator[Served]:
    """A server on a free port, until the block ends; ``token`` None lets it keep its own in a file, ``more``
    is its environment.
    """
    env = environment(**more) if token is None else environment(RMOS_TOKEN=token, **more)
    arguments = [*(command or RMOS), "serve", "--database", database, "--port", "0", "--no-browser", *options]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with (
            log.open("wb") as written,
            subprocess.Popen(
                list(map(str, arguments)),
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=written,
                text=True,
                preexec_fn=before,
            ) as process,
        ):
            try:
                yield Served(process, _greeting(process, log), log)
            finally:
                if process.poll() is None:
                    process.terminate()
                    try:
                        process.wait(PATIENCE)
                    finally:
                        process.kill()


def _greeting(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 60)
    greeting = process.stdout.readline() if ready else ""
    if "http://" not in greeting:
        process.kill()
        raise AssertionError(f"no server: {greeting} {log.read_text(errors='replace')}")
    os.set_blocking(process.stdout.fileno(), False)
    return greeting
