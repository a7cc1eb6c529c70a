"""RFC 6901 pointers: places in a JSON value."""

from typing import NamedTuple

LONGEST_POINTER = 500
"""Characters. A longer pointer is cut back to the nearest place above it that is short enough."""


def pointer_step(token: str | int) -> str:
    """One step of an RFC 6901 pointer; half characters, which no text can hold, are shown as escapes."""
    text = str(token).replace("~", "~0").replace("/", "~1")
    return "/" + text.encode("utf-8", "backslashreplace").decode()


class Path(NamedTuple):
    """A place in a value as a chain of steps; turned into a pointer only where somebody wants to read it."""

    above: "Path | None"
    token: str | int

    def pointer(self) -> str:
        """The RFC 6901 pointer, at most ``LONGEST_POINTER`` characters."""
        steps: list[str] = []
        here: Path | None = self
        while here is not None:
            too_long = isinstance(here.token, str) and len(here.token) > LONGEST_POINTER
            steps.append("/" * LONGEST_POINTER if too_long else pointer_step(here.token))
            here = here.above
        pointer = ""
        for step in reversed(steps):
            if len(pointer) + len(step) > LONGEST_POINTER:
                break
            pointer += step
        return pointer


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
