"""How files begin that do not hold text, and what they are."""

from typing import NamedTuple


class Signature(NamedTuple):
    """The bytes at offset ``at`` of every file of a kind; ``packs`` says that it is an archive."""

    mark: bytes
    kind: str
    packs: bool = False
    at: int = 0


SIGNATURES = (
    Signature(b"PK\x03\x04", "a zip archive or an Office document", packs=True),
    Signature(b"PK\x05\x06", "an empty zip archive", packs=True),
    Signature(b"PK\x07\x08", "a part of a zip archive", packs=True),
    Signature(b"\x1f\x8b", "a gzip archive", packs=True),
    Signature(b"7z\xbc\xaf\x27\x1c", "a 7z archive", packs=True),
    Signature(b"Rar!\x1a\x07", "a RAR archive", packs=True),
    Signature(b"BZh", "a bzip2 archive", packs=True),
    Signature(b"\xfd7zXZ\x00", "an xz archive", packs=True),
    Signature(b"\x28\xb5\x2f\xfd", "a Zstandard archive", packs=True),
    Signature(b"MSCF\0\0\0\0", "a cabinet archive", packs=True),
    Signature(b"ustar", "a tar archive", packs=True, at=257),
    Signature(b"%PDF-", "a PDF"),
    Signature(b"SQLite format 3\0", "an SQLite database"),
    Signature(b"\xd0\xcf\x11\xe0", "an old Office document"),
    Signature(b"\x89PNG", "a picture"),
    Signature(b"\xff\xd8\xff", "a picture"),
    Signature(b"GIF8", "a picture"),
)


def signature_of(beginning: bytes) -> Signature | None:
    """Return the signature that the first bytes of a file have, if any."""
    return next((one for one in SIGNATURES if beginning.startswith(one.mark, one.at)), None)
