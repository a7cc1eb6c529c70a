"""Diagnostics of finding and opening files."""

from .code import Code, Severity

_I, _E = Severity.INFO, Severity.ERROR

FILES = (
    Code(
        "F101",
        "file-empty",
        _E,
        "The file holds no text at all, or nothing but zero bytes, which is what a power cut, a crash or a full disk "
        "leaves behind.",
        "restore the file from a backup, or delete it",
    ),
    Code(
        "F102",
        "file-too-large",
        _E,
        "The file is larger than 16 MiB, or holds more than 100,000 documents. No RMOS program wrote such a file.",
        "split the file, or check whether it is a legacy file at all",
    ),
    Code(
        "F103",
        "file-changed",
        _E,
        "The file changed while it was being read, so its content cannot be trusted.",
        "close the program that writes it, then run the migration again",
    ),
    Code(
        "F104",
        "file-not-regular",
        _E,
        "A pipe, socket or device is in the place of a file. It is never opened.",
        "remove it, or replace it by an ordinary file",
    ),
    Code(
        "F105",
        "file-outside",
        _E,
        "A link leads out of the source folder. Links that leave it are not followed.",
        "copy the target into the source folder in place of the link",
    ),
    Code(
        "F106",
        "file-unreadable",
        _E,
        "The system would not let the file or folder be read.",
        "check that it exists and that you may read it, then run the migration again",
    ),
    Code(
        "F107",
        "link-not-followed",
        _I,
        "A link leads to something that is read under its own name, so it is not read a second time.",
        "nothing to do",
    ),
    Code(
        "F108",
        "no-documents",
        _I,
        "The file holds an empty list or an empty object: there is nothing to migrate in it.",
        "nothing to do",
    ),
)
