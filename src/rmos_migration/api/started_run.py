"""A run that the server started, in its own process: ``python -P -m rmos_migration.api.started_run ORDER``.

ORDER is JSON: source, database, options. Messages to the server go to stdout, one JSON list a line:
``["begun"]``, ``["counts", {…}]``, ``["report", {…}]``, ``["failed", kind, message, hint]``. When the server
closes stdin, or is gone, the run ends after its current batch.
"""

import json
import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any

from ..errors import uncaught
from ..migrate.observer import CompositeObserver, NullObserver
from ..migrate.options import Options
from ..migrate.outcome import RunCounts
from ..migrate.pipeline import run
from ..reports.build import report_of_dry_run
from ..reports.recorder import RunRecorder
from ..sources.discover import Source
from ..store.database import database_at

log = logging.getLogger(__name__)


class _PipeObserver(NullObserver):
    """Sends the server how far a run has got."""

    def __init__(self, pipe: FileIO) -> None:
        self.pipe = pipe

    def started(self, source: Source) -> None:  # noqa: ARG002 - the protocol names it
        """Send that the run has begun, and is in the database."""
        self.send("begun")

    def advanced(self, counts: RunCounts) -> None:
        """Send the counts after a batch."""
        self.send("counts", counts.as_json())

    def send(self, *what: Any) -> None:
        """Send the server a line; if the server is gone, the run ends after this batch."""
        rest = memoryview(json.dumps(what).encode() + b"\n")
        with suppress(OSError):
            while rest:
                rest = rest[self.pipe.write(rest) :]


class _StopRequest:
    """The server's wish to end the run; the end of the server counts as one."""

    def __init__(self) -> None:
        self._is_asked = False
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        with suppress(OSError):
            os.read(0, 1)  # not sys.stdin, whose lock a waiting thread would hold when Python ends
        self._is_asked = True

    def __call__(self) -> int | None:
        """Return the signal that stands for the wish, if there is one."""
        return signal.SIGTERM if self._is_asked else None


def main() -> None:
    """Carry out the order."""
    order = json.loads(sys.argv[1])
    options = Options.from_json(order["options"])
    observer, recorder = _PipeObserver(_own_stdout()), RunRecorder()
    try:
        database = database_at(order["database"])
        summary = run(
            Path(order["source"]), database, options, CompositeObserver(observer, recorder), _StopRequest()
        )
        if options.dry_run:
            report = report_of_dry_run(summary, recorder, options.encoding)
            observer.send("report", report.model_dump(mode="json"))
    except Exception as error:
        known = uncaught(error)
        if known is not error:
            log.exception("the run failed")
        observer.send("failed", type(known).__name__, known.message, known.hint)


def _own_stdout() -> FileIO:
    """Return the pipe to the server; whatever else is printed goes to stderr, which is the server's."""
    pipe = FileIO(os.dup(1), "wb")
    os.dup2(2, 1)
    return pipe


if __name__ == "__main__":
    main()
