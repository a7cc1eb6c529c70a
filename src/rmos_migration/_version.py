"""The version, in a file of its own: the build reads it here, and nothing else has to be imported for it."""

__version__ = "0.2.0"
