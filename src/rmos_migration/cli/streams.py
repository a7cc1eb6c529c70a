"""Standard output and standard error: a stream that fails ends no run, nor what goes to the other stream.

A reader who leaves (``rmos rejects | head -1``) and a full disk behind the output are noted, and nothing more is written
there. ``final_exit_code`` takes them into account when all else is done.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

from ..errors import ExitCode

_DISK_FAILED = {errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT}


class GuardedStream:
    """Standard output or error, by its name in ``sys``, whatever is there now. Writing to it never raises OSError."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.failure: OSError | None = None

    @property
    def stream(self) -> IO[str]:
        """The stream that is written to, past a progress bar or a ``_Redirection`` in its place."""
        found: Any = getattr(sys, self.name)
        while (behind := getattr(found, "rich_proxied_file", None)) is not None:
            found = behind
        stream: IO[str] = found
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
        """Flush the stream, unless writing has failed before."""
        if self.failure is None:
            try:
                self.stream.flush()
            except OSError as error:
                self.fail(error)

    def fail(self, error: OSError) -> None:
        """Note a failure, and discard what is still buffered or written from now on."""
        self.failure = error
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)

    def isatty(self) -> bool:
        """Return whether the stream is a terminal that still takes something."""
        stream: IO[str] | None = self.stream  # None while what was closed has no stand-in yet
        return self.failure is None and stream is not None and stream.isatty()

    def fileno(self) -> int:
        """Return the stream's descriptor."""
        return self.stream.fileno()

    @property
    def encoding(self) -> str:
        """The encoding of the stream."""
        return getattr(self.stream, "encoding", None) or "utf-8"


output, errors = GuardedStream("stdout"), GuardedStream("stderr")


class _Redirection:
    """Stands in ``sys`` for a stream, so that what others print (Click its help) is guarded, too."""

    def __init__(self, guarded: GuardedStream) -> None:
        self.rich_proxied_file = guarded.stream
        self.write, self.flush = guarded.write, guarded.flush

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rich_proxied_file, name)


@contextmanager
def guarded() -> Iterator[None]:
    """Guard whatever is printed in the meantime."""
    before = sys.stdout, sys.stderr
    redirections: Any = [_Redirection(stream) for stream in (output, errors)]
    sys.stdout, sys.stderr = redirections
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def final_exit_code(code: int) -> int:
    """Flush both streams; return the exit code of a verb that ended with ``code``.

    After success it is 141 if the reader of stdout left, and 5 if a disk failed behind stdout or stderr. A failing disk
    also replaces the code of a verb that had findings.
    """
    for stream in (output, errors):
        stream.flush()
    failures = [stream.failure for stream in (output, errors) if stream.failure is not None]
    if code in (ExitCode.OK, ExitCode.FINDINGS) and any(one.errno in _DISK_FAILED for one in failures):
        return ExitCode.ENVIRONMENT
    if code == ExitCode.OK and output.failure is not None:
        return ExitCode.READER_LEFT if isinstance(output.failure, BrokenPipeError) else ExitCode.ENVIRONMENT
    return code


def output_failure() -> OSError | None:
    """Return the failure behind stdout, unless it is a reader who left."""
    failure = output.failure
    return None if isinstance(failure, BrokenPipeError) else failure
