"""A run that the server started, in its own process: ``python -P -m rmos_migration.api.started_run ORDER``.

ORDER is JSON: source, database, options. What the server is told goes to stdout, a JSON list a line: ``["begun"]``,
``["counts", {…}]``, ``["report", {…}]``, ``["failed", kind, message, hint]``. When the server closes stdin, or is gone, the run
ends after the batch that it is at.
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
from ..store.database import SqliteDatabase

log = logging.getLogger(__name__)


class _PipeObserver(NullObserver):
    """Tells the server how far a run has got."""

    def __init__(self, pipe: FileIO) -> None:
        self.pipe = pipe

    def started(self, source: Source) -> None:  # noqa: ARG002 - the protocol names it
        """The run stands in the database now."""
        self.tell("begun")

    def advanced(self, counts: RunCounts) -> None:
        """A batch is done."""
        self.tell("counts", counts.as_json())

    def tell(self, *what: Any) -> None:
        """Send the server a line; if it is gone, the next batch's edge ends the run."""
        rest = memoryview(json.dumps(what).encode() + b"\n")
        with suppress(OSError):
            while rest:
                rest = rest[self.pipe.write(rest) :]


class _StopRequest:
    """Whether the server wants the run to end, or is gone."""

    def __init__(self) -> None:
        self._is_asked = False
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        with suppress(OSError):
            os.read(0, 1)  # not sys.stdin, whose lock a waiting thread would hold when Python ends
        self._is_asked = True

    def __call__(self) -> int | None:
        """The signal that stands for it."""
        return signal.SIGTERM if self._is_asked else None


def main() -> None:
    """Carry out the order."""
    order = json.loads(sys.argv[1])
    options = Options.from_json(order["options"])
    teller, witness = _PipeObserver(_own_stdout()), RunRecorder()
    try:
        place = SqliteDatabase(Path(order["database"]))
        summary = run(
            Path(order["source"]), place, options, CompositeObserver(teller, witness), _StopRequest()
        )
        if options.dry_run:
            report = report_of_dry_run(summary, witness, options.encoding)
            teller.tell("report", report.model_dump(mode="json"))
    except Exception as error:
        told = uncaught(error)
        if told is not error:
            log.exception("the run failed")
        teller.tell("failed", type(told).__name__, told.message, told.hint)


def _own_stdout() -> FileIO:
    """The way to the server; whatever else is printed goes to stderr, which is the server's."""
    pipe = FileIO(os.dup(1), "wb")
    os.dup2(2, 1)
    return pipe


if __name__ == "__main__":
    main()
