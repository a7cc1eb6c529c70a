"""Python's garbage collection, held back while there is no garbage of the kind it looks for."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HELD_BACK = 64 * 1024 * 1024
"""Bytes of documents after which it runs all the same: Python counts objects, and few may be large."""


@contextmanager
def fewer_garbage_collections() -> Iterator[Callable[[int], None]]:
    """Collect garbage rarely: documents have no cycles, so looking for them again and again wastes time.

    Yields a function to call with the number of bytes that were dealt with; it bounds what cycles can keep in
    memory.
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
