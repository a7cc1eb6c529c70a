"""Commands in processes of their own that need no start: forks of a process that has the program loaded."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SERVER = Path(__file__).with_name("loaded_program.py")


class LoadedProgram:
    """A process that runs one command at a time, each in a child."""

    def __init__(self, process: "subprocess.Popen[str]", scratch: Path) -> None:
        self._process = process
        self._out, self._err = scratch / "out", scratch / "err"

    def run(
        self,
        *arguments: str | Path,
        cwd: Path,
        environment: Mapping[str, str],
        seconds: float = 60,
        is_ordinary: bool = False,
        plan: dict[str, Any] | None = None,
        streams: Mapping[str, str] | None = None,
    ) -> tuple[subprocess.CompletedProcess[str], int]:
        """Run a command to its end; return how it ended, and how many calls the library of faults counted in
        it.

        Args:
            arguments: what would stand after ``rmos``. seconds: after so long it is ended by SIGALRM.
            is_ordinary: whether permissions hold for it though it belongs to root. plan: the fault in its
            calls. streams: the files that are its ``stdout`` or ``stderr``; what it writes into them is not
            returned.
        """
        words = [os.fspath(one) for one in arguments]
        places = {"stdout": str(self._out), "stderr": str(self._err)} | dict(streams or {})
        order = {
            "arguments": words,
            "cwd": str(cwd),
            "environment": dict(environment),
            "seconds": max(1, round(seconds)),
            "is_ordinary": is_ordinary,
            "plan": plan,
            **places,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline())
        texts = [
            path.read_bytes().decode("utf-8", "surrogateescape") if str(path) in places.values() else ""
            for path in (self._out, self._err)
        ]
        return subprocess.CompletedProcess(words, answer["code"], *texts), answer["calls"]


@contextmanager
def loaded_program(
    environment: Mapping[str, str], folder: Path, batch: int | None = None
) -> Iterator[LoadedProgram]:
    """Start the process.

    Args:
        environment: its own; each command brings another one.
        folder: where it may keep files.
        batch: documents a batch, where not the program's own number.
    """
    command = [sys.executable, _SERVER, *([] if batch is None else [str(batch)])]
    with subprocess.Popen(
        command, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield LoadedProgram(process, folder)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)
