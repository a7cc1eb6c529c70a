"""Runs the program and writes down what it says."""

import base64
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .normalise import Normaliser

TOKEN = "a-token-for-recordings"  # noqa: S105 - it opens nothing but the recording's own server


@dataclass(frozen=True)
class Program:
    """A process that has the program loaded and runs its commands; they write into files in ``home``."""

    process: subprocess.Popen[str]
    home: Path

    def run(self, arguments: list[str]) -> tuple[int, str, str]:
        """Return a command's exit code, stdout and stderr."""
        said = [self.home / name for name in ("stdout", "stderr")]
        assert self.process.stdin is not None and self.process.stdout is not None  # noqa: S101 - pipes
        self.process.stdin.write(json.dumps([arguments, *map(str, said)]) + "\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        stdout, stderr = (file.read_bytes().decode(errors="backslashreplace") for file in said)
        return code, stdout, stderr


@contextmanager
def loaded(python: str, work: Path, home: Path) -> Iterator[Program]:
    """Yield the program of an installation, ready to run commands."""
    with subprocess.Popen(
        [python, str(Path(__file__).with_name("preloaded.py"))],
        cwd=work,
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Program(process, home)


@dataclass(frozen=True)
class Recorder:
    """Writes below ``folder`` what the program of ``python`` says in the folder ``work``."""

    folder: Path
    work: Path
    python: str
    normaliser: Normaliser
    program: Program
    environment: Mapping[str, str]

    def rmos(self, name: str, command: str, *more: str) -> None:
        """Run the command; record exit code, stdout (JSON with sorted members) and stderr as ``name.txt``."""
        arguments = [*command.split(), *more]
        code, stdout, stderr = self.program.run(arguments)
        parts = [
            f"$ rmos {' '.join(arguments)}\n",
            f"exit code {code}\n--- stdout\n",
            self._as_read(stdout),
            "--- stderr\n",
            self.normaliser.text(stderr),
        ]
        self.write(f"{name}.txt", "".join(parts))

    def after_changes(self) -> "Recorder":
        """Return a recorder for what comes after changes through the API."""
        return replace(self, normaliser=replace(self.normaliser, after_changes=True))

    def command(self, *arguments: str) -> list[str]:
        """Return what runs the program."""
        return [self.python, "-m", "rmos_migration", *arguments]

    def json(self, name: str, value: Any) -> None:
        """Record a value as ``name.json``."""
        self.write(f"{name}.json", self.normaliser.json(value))

    def tree(self, name: str, below: str) -> None:
        """Record every file of a folder of ``work`` in one text, ``name.txt``: path, then content."""
        top = self.work / below
        parts = [f"=== {below}\n"] if top.is_dir() else [f"=== no folder {below}\n"]
        for file in sorted(top.rglob("*"), key=os.fsencode):
            path = os.fsencode(file.relative_to(top)).decode(errors="backslashreplace")
            if file.is_file():
                shown = self._as_read(as_text(file.read_bytes()))
                parts.append(f"=== {self.normaliser.text(path)}\n{shown}")
        self.write(f"{name}.txt", "".join(parts))

    def write(self, name: str, text: str) -> None:
        """Write a file of the recording."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")

    def _as_read(self, text: str) -> str:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return self.normaliser.text(text) + (
                "" if text.endswith("\n") or not text else "\n<no end of line>\n"
            )
        return self.normaliser.json(value)


def as_text(content: bytes) -> str:
    """Return bytes as text if they are UTF-8, else in Base64."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return f"Base64 {base64.b64encode(content).decode()}\n"


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which nothing of this machine or its user changes what the program says."""
    passed_on = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")
    kept = {name: os.environ[name] for name in passed_on if name in os.environ}
    fixed = {"PYTHONUTF8": "1", "LANG": "C.UTF-8", "TZ": "UTC", "COLUMNS": "120", "NO_COLOR": "1"}
    return kept | fixed | {"HOME": str(home), "TMPDIR": str(home)}
