"""``rmos serve`` on a port of this machine, and requests to it."""

import http.client
import json
import re
import subprocess
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer
from typing import Any

from .recorder import TOKEN, Recorder, as_text

API = "/api/rmos/stores"
SLUGS = {"strip-families": "strip_families", "patterns": "patterns", "joblogs": "joblogs"}
"""The tables of the records, by the names that stand in addresses."""

_PATIENCE = 60.0
_SILENT = {"date", "content-length"}
"""Headers that are not recorded: a time, and a length that changes with what is replaced by placeholders."""


@dataclass(frozen=True)
class Answer:
    """What the server sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header; empty where there is none."""
        return next((value for known, value in self.headers if known.lower() == name), "")

    def json(self) -> Any:
        """Return the body's value, or None if it is not JSON."""
        return json.loads(self.body) if "json" in self.header("content-type") else None


@dataclass
class Server:
    """A server that answers; every answer is recorded."""

    recorder: Recorder
    port: int

    def ask(
        self,
        name: str,
        path: str,
        method: str = "GET",
        *,
        body: Any = None,
        token: str | None = None,
        **headers: str,
    ) -> Answer:
        """Send a request and record the answer as ``name.txt``; a body that is not text is sent as JSON."""
        sent = {known.replace("_", "-"): value for known, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, str) else json.dumps(body)
        answer = self.fetch(path, method, body, sent)
        told = "".join(f"{known}: {value}\n" for known, value in sent.items() if known != "Authorization")
        shown_token = "with a token\n" if token else ""
        asked = f"{method} {path}\n{told}{shown_token}{body or ''}"
        self.recorder.write(
            f"{name}.txt", self.recorder.normaliser.text(f"{asked}\n\n") + self._shown(answer)
        )
        return answer

    def fetch(self, path: str, method: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        """Send a request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            connection.request(
                method, path, body=None if body is None else body.encode(), headers=dict(headers)
            )
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def _shown(self, answer: Answer) -> str:
        headers = sorted(f"{name.lower()}: {value}" for name, value in answer.headers)
        kept = [line for line in headers if line.split(":")[0] not in _SILENT]
        value = answer.json() if answer.body else None
        normaliser = self.recorder.normaliser
        body = normaliser.text(as_text(answer.body)) if value is None else normaliser.json(value)
        head = normaliser.text("\n".join([f"HTTP {answer.status}", *kept, "", ""]))
        return head + body + ("" if body.endswith("\n") else "\n")


@contextmanager
def serving(recorder: Recorder, name: str, *options: str) -> Iterator[Server]:
    """Yield a server on a free port and end it; records what it printed as ``name/server.txt``."""
    command = recorder.command("serve", "--port", "0", "--no-browser", *options)
    with subprocess.Popen(
        command,
        cwd=recorder.work,
        env={**recorder.environment, "RMOS_TOKEN": TOKEN},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        hurry = Timer(_PATIENCE, process.kill)
        hurry.start()
        greeting = process.stdout.readline()
        hurry.cancel()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", greeting)
        try:
            if found is None:
                raise RuntimeError(f"rmos serve did not start: {greeting}{process.communicate()[1]}")
            yield Server(recorder, int(found[1]))
        finally:
            process.terminate()
            rest, complaints = process.communicate(timeout=_PATIENCE)
            said = recorder.normaliser.text(f"{greeting}{rest}--- stderr\n{complaints}")
            recorder.write(f"{name}/server.txt", f"{said}exit code {process.returncode}\n")


def file_name(path: str) -> str:
    """Return a file name for a path: readable, and short enough for every system."""
    short = path.removeprefix(API)
    named = re.sub(r"[^A-Za-z0-9.=&-]+", "_", short).strip("_") or "root"
    is_whole = len(named) <= 100 and "%" not in short
    return named if is_whole else f"{named[:80]}-{zlib.crc32(path.encode()):08x}"
