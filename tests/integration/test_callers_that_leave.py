"""Callers that hang up before they have their answer do no harm to the server."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from rmos_migration import migrate

EXAMPLE = Path(__file__).parents[2] / "examples" / "rmos_legacy"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a process of its own, and its address."""
    database = tmp_path / "rmos.db"
    migrate(EXAMPLE, database)
    command = [sys.executable, "-m", "rmos_migration", "serve", "--port", "0", "--no-browser", "-d", database]
    environment = {**os.environ, "RMOS_TOKEN": "a-token-for-this-test"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        yield process, found.group()
        process.terminate()


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="this system has no such signal")
def test_a_caller_that_hangs_up_does_not_end_the_server(server: tuple[subprocess.Popen[str], str]) -> None:
    process, url = server
    place = urlsplit(url)
    for _ in range(200):  # which call meets the moment between two parts of an answer is left to chance
        with socket.create_connection((place.hostname, place.port or 0)) as caller, suppress(OSError):
            caller.sendall(b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n")
    with urlopen(f"{url}/healthz", timeout=10) as answer:
        assert answer.status == 200
    assert process.poll() is None
