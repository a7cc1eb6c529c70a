"""RFC 6901 pointers: places in a JSON value."""

from collections.abc import Iterable
from typing import NamedTuple

LONGEST_POINTER = 500
"""Characters. A longer pointer is cut back to the nearest place above it that is short enough."""


def pointer_step(token: str | int) -> str:
    """One step of an RFC 6901 pointer; half characters, which no text can hold, are shown as escapes."""
    text = str(token).replace("~", "~0").replace("/", "~1")
    return "/" + text.encode("utf-8", "backslashreplace").decode()


def pointer_of(steps: Iterable[str | int]) -> str:
    """The pointer along ``steps``, cut back before it is longer than ``LONGEST_POINTER``."""
    pointer = ""
    for token in steps:
        if isinstance(token, str) and len(token) > LONGEST_POINTER:
            break
        step = pointer_step(token)
        if len(pointer) + len(step) > LONGEST_POINTER:
            break
        pointer += step
    return pointer


class Path(NamedTuple):
    """A place in a value as a chain of steps; turned into a pointer only where somebody wants to read it."""

    above: "Path | None"
    token: str | int

    def pointer(self) -> str:
        """The pointer (``pointer_of``)."""
        steps = []
        here: Path | None = self
        while here is not None:
            steps.append(here.token)
            here = here.above
        return pointer_of(reversed(steps))


Wanted = dict[str, "Wanted"]
"""The wanted pointers as a tree of steps; the key "" marks a place that is wanted."""


def tree_of(pointers: frozenset[str]) -> Wanted:
    """Pointers as a tree of steps."""
    tree: Wanted = {}
    for pointer in pointers:
        node = tree
        for step in pointer.split("/")[1:]:
            node = node.setdefault("/" + step, {})
        node[""] = {}
    return tree
