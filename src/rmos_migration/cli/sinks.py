"""Where results go on the terminal: a place that fails never ends a run, nor what goes to another place.

A reader who leaves (``rmos rejects | head -1``) and a full disk behind the output are noted, and nothing more is written
there. ``settled`` makes them the exit code when all else is done.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

from ..errors import ExitCode

_DISK_FAILED = {errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT}


class Sink:
    """Standard output or error, by its name in ``sys``, whatever stands there now. Writing to it never raises OSError."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.failure: OSError | None = None

    @property
    def stream(self) -> IO[str]:
        """What is written to; a progress bar that stands before it, and what leads here, are passed over."""
        there: Any = getattr(sys, self.name)
        while (behind := getattr(there, "rich_proxied_file", None)) is not None:
            there = behind
        stream: IO[str] = there
        return stream

    def write(self, text: str) -> int:
        """Write a text, unless writing has failed before."""
        if self.failure is None:
            try:
                self.stream.write(text)
            except OSError as error:
                self.fail(error)
        return len(text)

    def flush(self) -> None:
        """Hand on what was written."""
        if self.failure is None:
            try:
                self.stream.flush()
            except OSError as error:
                self.fail(error)

    def fail(self, error: OSError) -> None:
        """Note a failure; what is written from now on, and what is still kept back, goes nowhere."""
        self.failure = error
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)

    def isatty(self) -> bool:
        """Whether somebody looks at it."""
        stream: IO[str] | None = self.stream  # None while what was closed has no stand-in yet
        return self.failure is None and stream is not None and stream.isatty()

    def fileno(self) -> int:
        """The descriptor."""
        return self.stream.fileno()

    @property
    def encoding(self) -> str:
        """The encoding of what stands there now."""
        return getattr(self.stream, "encoding", None) or "utf-8"


output, errors = Sink("stdout"), Sink("stderr")


class _Leading:
    """Stands in ``sys`` for a stream, so that what others print (Click its help) goes by the sink, too."""

    def __init__(self, sink: Sink) -> None:
        self.rich_proxied_file = sink.stream
        self.write, self.flush = sink.write, sink.flush

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rich_proxied_file, name)


@contextmanager
def in_place() -> Iterator[None]:
    """Have everything that is printed meanwhile go by the sinks."""
    before = sys.stdout, sys.stderr
    leading: Any = [_Leading(sink) for sink in (output, errors)]
    sys.stdout, sys.stderr = leading
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def settled(code: int) -> int:
    """The exit code of a verb that ended with ``code``, once its output is out of the house.

    Where it went well, a reader of stdout who left is 141, a disk that failed behind stdout or stderr is 5; that is also
    told of a verb that found something.
    """
    for sink in (output, errors):
        sink.flush()
    failures = [sink.failure for sink in (output, errors) if sink.failure is not None]
    if code in (ExitCode.OK, ExitCode.FINDINGS) and any(one.errno in _DISK_FAILED for one in failures):
        return ExitCode.ENVIRONMENT
    if code == ExitCode.OK and output.failure is not None:
        return ExitCode.READER_LEFT if isinstance(output.failure, BrokenPipeError) else ExitCode.ENVIRONMENT
    return code


def disk_failure() -> OSError | None:
    """What failed behind stdout, other than a reader who left."""
    failure = output.failure
    return None if isinstance(failure, BrokenPipeError) else failure
