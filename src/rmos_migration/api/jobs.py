"""Runs that the server starts, each in a process of its own, which can be killed and slows down no answer.

What a dry run would do is in no database, so the last few are kept here.
"""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import (
    CorruptRow,
    DatabaseUnusable,
    EnvironmentFailure,
    LockedError,
    ProgramFault,
    RmosError,
    TookTooLong,
    UsageError,
    uncaught,
)
from ..migrate.options import Options
from ..reports.model import Report
from ..store.model import now
from ..store.port import DatabasePort
from .problems import Problem

log = logging.getLogger(__name__)

_DRY_RUNS_KEPT = 5
_STARTING_SECONDS = 60.0
_ENDING_SECONDS = 10.0
_PATIENCE = 1.0
"""Seconds that a run's process may take to end after it has sent everything; a new run need not be refused
for that."""

_SENT_ERRORS = (
    UsageError,
    LockedError,
    DatabaseUnusable,
    CorruptRow,
    TookTooLong,
    EnvironmentFailure,
    ProgramFault,
)
_ERRORS = {one.__name__: one for one in _SENT_ERRORS}

_COMMAND = (sys.executable, "-P", "-m", "rmos_migration.api.started_run")
"""The command of a run's process. Without -P, Python would import modules from the current folder."""


@dataclass
class Job:
    """A run in a process of its own, as far as it has got.

    ``number`` counts the dry runs of this server; ``name`` is the run's in addresses, once it has begun;
    ``counts`` are those of ``RunCounts.as_json``; ``failure`` is what ended it without a result.
    """

    options: Options
    process: "subprocess.Popen[bytes]"
    number: int | None = None
    name: str = ""
    started_at: str = field(default_factory=now)
    counts: Mapping[str, Any] = field(default_factory=dict)
    report: Report | None = None
    failure: RmosError | None = None
    begun: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Take what the process sends until it has ended; whatever comes of that, the run is over then."""
        try:
            self._receive()
        except Exception as error:
            log.exception("what the run's process sent was not understood")
            self.failure = uncaught(error)
        finally:
            is_done = self.report is not None if self.options.dry_run else self.begun.is_set()
            if self.failure is None and not is_done:
                self.failure = EnvironmentFailure(
                    "the run's process ended before it was done", "start it again"
                )
            self.over.set()
            self.begun.set()

    def _receive(self) -> None:
        assert self.process.stdout is not None  # noqa: S101 - it was opened with a pipe
        try:
            with self.process.stdout as lines:
                for line in lines:
                    try:
                        message = json.loads(line)
                    except ValueError:  # the process was killed while it wrote this line
                        break
                    self._take(*message)
        finally:
            self.ask_to_stop()  # which closes the other pipe
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_ENDING_SECONDS)

    def _take(self, what: str, *values: Any) -> None:
        if what == "begun":
            self.begun.set()
        elif what == "counts":
            (self.counts,) = values
        elif what == "report":
            self.report = Report.model_validate(values[0])
        elif what == "failed":
            name, message, hint = values
            self.failure = _ERRORS.get(name, EnvironmentFailure)(message, hint)

    def ask_to_stop(self) -> None:
        """Let the run end after its current batch; what was written stays."""
        assert self.process.stdin is not None  # noqa: S101 - it was opened with a pipe
        with suppress(OSError):
            self.process.stdin.close()

    def raise_failure(self) -> None:
        """Raise what ended the run without a result, if anything did, with a new traceback each time."""
        if self.failure is not None:
            raise self.failure.with_traceback(None)


class Jobs:
    """The current run, if there is one, and the last dry runs."""

    def __init__(self, database: DatabasePort, source: Path) -> None:
        self.database = database
        self.source = source
        self.current: Job | None = None
        self.dry_runs: dict[int, Job] = {}
        self._lock = threading.Lock()
        self._count = 0

    def start(self, options: Options) -> Job:
        """Start a run, and wait until it has begun, or ended at once.

        Raises:
            LockedError: if another run is in progress.
            UsageError, DatabaseUnusable, EnvironmentFailure: as a run raises them.
        """
        with self._lock:
            if self.current is not None and not self.current.over.wait(_PATIENCE):
                raise LockedError("a run goes on that was started here", "wait until it has finished")
            if (
                self.database.is_running()
            ):  # the run would say so, too, but only after its process has started
                raise LockedError(f"the database is in use by {self.database.holder()}", "wait for its end")
            job = self.current = self._launched(options)
        if not job.begun.wait(_STARTING_SECONDS):
            job.process.terminate()
            raise EnvironmentFailure("the run did not begin", "see the server's log, then try again")
        if job.failure is not None and job.over.wait(_ENDING_SECONDS):
            job.raise_failure()
        if options.dry_run:
            self._keep(job)
        return job

    def dry_run(self, name: str) -> Job:
        """Return one of the last dry runs, by its name in addresses.

        Raises:
            Problem: if there is none.
            RmosError: what ended it without a result.
        """
        job = self.dry_runs.get(int(name.removeprefix("dry-")))
        if job is None:
            raise Problem("not-found", f"there is no dry run {name}", "the server keeps the last few only")
        job.raise_failure()
        return job

    def going_on(self, name: str) -> Job | None:
        """Return the run of this name if it was started here and is in progress."""
        job = self.current
        return job if job is not None and job.name == name and not job.over.is_set() else None

    def ask_to_stop(self) -> None:
        """Let the current run end after its current batch; what was written stays."""
        if self.current is not None:
            self.current.ask_to_stop()

    def stop(self) -> None:
        """End the current run, and wait until it has ended."""
        self.ask_to_stop()
        if self.current is not None and not self.current.over.wait(_ENDING_SECONDS):
            self.current.process.terminate()

    def _launched(self, options: Options) -> Job:
        order = {
            "source": str(self.source),
            "database": self.database.place,
            "options": options.as_json(),
        }
        try:
            process = subprocess.Popen(  # noqa: S603 - our own module
                [*_COMMAND, json.dumps(order)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C goes to the server, which asks the run to stop
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise EnvironmentFailure(
                f"the run's process cannot be started: {error.strerror}", "close other programs and try again"
            ) from error
        job = Job(options, process)
        threading.Thread(target=job.listen, daemon=True).start()
        return job

    def _keep(self, job: Job) -> None:
        with self._lock:
            self._count += 1
            job.number = self._count
            known = [*self.dry_runs.items(), (self._count, job)]
            self.dry_runs = dict(
                known[-_DRY_RUNS_KEPT:]
            )  # a new one: others may be going through the old one
