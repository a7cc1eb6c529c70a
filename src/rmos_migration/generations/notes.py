"""What is noticed while values are translated; ``migrate/prepare.py`` makes diagnostics of it."""

Steps = tuple[str | int, ...]
"""The keys and indexes that lead to a place further in."""

Note = tuple[str, str, str | Steps] | tuple[str, str, str | Steps, str]
"""Something noticed: catalogue code, message, key or steps to the place, and a hint if not the
catalogue's."""

Notes = list[Note]
"""A plain list of tuples: it is filled for every document."""


class UnusableError(Exception):
    """A value cannot be used; the message says why. Caught where the field is known."""
