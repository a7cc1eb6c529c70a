"""What translating a value has to say."""

Notes = list[tuple[str, str, str]]
"""Things noticed, as (catalogue code, sentence, key). A plain list of tuples: it is filled for every document."""


class UnusableError(Exception):
    """Nothing can be made of a value; the text says why. Caught where the field is known."""
