"""Python's search for cycles among objects, held back while there are none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def fewer_garbage_collections() -> Iterator[None]:
    """Documents are trees without cycles: looking for cycles among them after every few hundred is wasted time."""
    before = gc.get_threshold()
    gc.set_threshold(1_000_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
