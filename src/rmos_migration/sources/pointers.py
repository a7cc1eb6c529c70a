"""RFC 6901 pointers, as text that every database can hold (docs/domain.md, Pointers and paths)."""

import re
from collections.abc import Iterable
from functools import lru_cache, reduce
from hashlib import sha256
from typing import NamedTuple

STORABLE = 1200
"""Bytes in UTF-8 of the longest pointer or path. Indexes of databases hold two of them in one key."""

_HASH = 64
_CUT = "…"
_UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")
_ESCAPED = re.compile(r"\\(\\|u[0-9a-f]{4})")
_CUT_OFF = re.compile(r"…[0-9a-f]{64}")
_REPEATED = re.compile(r"~~[0-9]+\Z")
_ENDING = re.compile(r"(~?)(?:~~[0-9]+)?\Z")


class Again(str):
    """A repeated key of an object: ``name`` for the ``time``-th time. No other key has its text."""

    __slots__ = ("name", "time")

    name: str
    time: int

    def __new__(cls, name: str, time: int) -> "Again":
        """Make the key, with a text that no key of readable JSON has."""
        made = super().__new__(cls, f"{name}\ud800~{time}")
        made.name, made.time = name, time
        return made


def name_of(key: str) -> str:
    """Return the key as it is written, even if it is a repeated one."""
    return key.name if isinstance(key, Again) else key


def pointer_step(token: str | int) -> str:
    """Return one step of a pointer.

    It follows RFC 6901 with three additions that no plain pointer can have: a step that ends in ``~`` has
    escapes for characters that no database stores, NUL and half characters (``\\u0000``), and its backslashes
    are doubled; ``~~2`` after a key means the second member of that name, ``~~3`` the third; a key longer
    than ``STORABLE`` is cut.
    """
    if isinstance(token, Again):
        return f"{pointer_step(token.name)}~~{token.time}"
    text = str(token)
    return _long_step(text) if len(text) > STORABLE // 4 else _step(text)


def fitted(text: str) -> str:
    """Return a pointer as it can be stored: one longer than ``STORABLE`` is cut and ends in its SHA-256."""
    if len(text) <= STORABLE // 4:
        return text
    raw = text.encode()
    if len(raw) <= STORABLE:
        return text
    head = raw[: STORABLE - _HASH - len(_CUT.encode())].decode("utf-8", "ignore").rstrip("~")
    return f"{head}{_CUT}{sha256(raw).hexdigest()}"


def below(pointer: str, token: str | int) -> str:
    """Return the pointer of what a key or index of the value at ``pointer`` holds."""
    return fitted(pointer + pointer_step(token))


def pointer_of(steps: Iterable[str | int], base: str = "") -> str:
    """Return the pointer along ``steps`` from ``base``."""
    return reduce(below, steps, base)


def is_cut(pointer: str) -> bool:
    """Tell whether a pointer was too long, so that it may not lead to its place step by step."""
    return len(pointer) > _HASH and _CUT_OFF.fullmatch(pointer[-_HASH - 1 :]) is not None


def first_of(pointer: str) -> str:
    """Return the pointer of the first member of a name, given that of a repeated one."""
    return _REPEATED.sub("", pointer)


def key_of(step: str) -> str:
    """Return the key that a step, without its slash, was made from (``pointer_step``)."""
    plain = _ENDING.sub("", step)
    if (ending := _ENDING.search(step)) and ending[1]:
        plain = _ESCAPED.sub(lambda found: "\\" if found[1] == "\\" else chr(int(found[1][1:], 16)), plain)
    return plain.replace("~1", "/").replace("~0", "~")


@lru_cache(maxsize=4)
def _long_step(text: str) -> str:
    """Return a long step; it is cached, because many errors may be below the same one."""
    return fitted(_step(text))


def _step(text: str) -> str:
    step = text.replace("~", "~0").replace("/", "~1")
    if (text.isascii() and "\0" not in text) or not _UNSTORABLE.search(step):
        return f"/{step}"
    escaped = _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", step.replace("\\", "\\\\"))
    return f"/{escaped}~"


class Path(NamedTuple):
    """A place in a value as a chain of steps; it becomes a pointer only when it is needed."""

    above: "Path | None"
    token: str | int

    def pointer(self, base: str = "") -> str:
        """Return the pointer along the chain from ``base``."""
        steps = []
        here: Path | None = self
        while here is not None:
            steps.append(here.token)
            here = here.above
        return pointer_of(reversed(steps), base)


Steps = dict[str, "Steps"]
"""Wanted pointers as a tree of steps; the key "" marks a wanted place."""


def tree_of(pointers: Iterable[str]) -> Steps:
    """Arrange pointers as a tree of steps."""
    tree: Steps = {}
    for pointer in pointers:
        node = tree
        for step in pointer.split("/")[1:]:
            node = node.setdefault("/" + step, {})
        node[""] = {}
    return tree
