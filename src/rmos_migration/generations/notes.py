"""What translating a value has to say."""

Note = tuple[str, str, str] | tuple[str, str, str, str]
"""Something noticed: catalogue code, sentence, key, and what to do about it where the catalogue does not know it."""

Notes = list[Note]
"""A plain list of tuples: it is filled for every document."""


class UnusableError(Exception):
    """Nothing can be made of a value; the text says why. Caught where the field is known."""
