"""What translating a value has to say."""

Steps = tuple[str | int, ...]

Notes = list[tuple[str, str, str | Steps]]
"""Things noticed, as (catalogue code, sentence, key or the steps to a place further in).

A plain list of tuples: it is filled for every document."""


class UnusableError(Exception):
    """Nothing can be made of a value; the text says why. Caught where the field is known."""
