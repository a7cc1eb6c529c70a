"""Names of files and folders as text that can be stored and shown."""

import os


def as_text(name: str) -> str:
    """A file name as text that can be stored: bytes that are no UTF-8 become escapes.

    A slash before such a name, which no real name can hold, keeps it apart from one that looks like its escapes.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        doubled = os.fsencode(name).replace(b"\\", b"\\\\")
        return "/" + doubled.decode("utf-8", "backslashreplace")
    return name
