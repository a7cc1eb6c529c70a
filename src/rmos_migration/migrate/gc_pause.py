"""Python's search for cycles among objects, held back while there are none."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HELD_BACK = 64 * 1024 * 1024
"""Bytes of documents after which cycles are looked for all the same: a few objects may hold many bytes, and Python counts
objects."""


@contextmanager
def fewer_garbage_collections() -> Iterator[Callable[[int], None]]:
    """Hold the search back: documents are trees without cycles, and looking among them every few hundred is wasted time.

    Yields a function that is to be told how many bytes were dealt with; it bounds what cycles can keep in memory.
    """
    before = gc.get_threshold()
    gc.set_threshold(1_000_000, 20, 20)
    unlooked = 0

    def dealt_with(size: int) -> None:
        nonlocal unlooked
        unlooked += size
        if unlooked >= HELD_BACK:
            unlooked = 0
            gc.collect(1)  # only what is young: what was there before the run is not of its making

    try:
        yield dealt_with
    finally:
        gc.set_threshold(*before)
