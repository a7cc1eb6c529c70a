"""The time that a database has for its answers."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from threading import current_thread, main_thread
from time import monotonic


def never() -> bool:
    """Return that nobody stops a question."""
    return False


class Clock:
    """Tells SQLite when to end a question. An exception in a callback of SQLite's is lost, so it is kept here."""

    def __init__(self, seconds: float, is_stopped: Callable[[], bool]) -> None:
        self.raised: BaseException | None = None
        self._left = seconds
        self._began = inf
        self._is_stopped = is_stopped

    def start(self) -> None:
        """Begin to count: a question is asked."""
        self._began = monotonic()

    def stop(self) -> None:
        """Count no more: it is answered."""
        self._left -= monotonic() - self._began
        self._began = inf

    def is_over(self) -> bool:
        """Return whether the question that is being asked has to end."""
        return self.raised is not None or monotonic() - self._began > self._left or self._is_stopped()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Keep what Ctrl-C raises, where nobody else listens to it."""
        is_ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if not is_ours or current_thread() is not main_thread():
            yield
            return
        signal.signal(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _interrupt(self, *_: object) -> None:
        self.raised = KeyboardInterrupt()
        raise self.raised
