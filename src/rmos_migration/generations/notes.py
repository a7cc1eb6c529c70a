"""What translating a value has to say."""

Steps = tuple[str | int, ...]
"""The keys and numbers that lead to a place further in."""

Note = tuple[str, str, str | Steps] | tuple[str, str, str | Steps, str]
"""Something noticed: catalogue code, sentence, key or steps, and what to do about it where the catalogue does not know it."""

Notes = list[Note]
"""A plain list of tuples: it is filled for every document."""


class UnusableError(Exception):
    """Nothing can be made of a value; the text says why. Caught where the field is known."""
