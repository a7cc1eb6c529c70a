"""Diagnostics of finding and opening files."""

from .code import Code, Severity

_I, _W, _E = Severity.INFO, Severity.WARNING, Severity.ERROR

FOLDER_NOT_LOOKED_AT = "folder-not-looked-at"
"""Code of what is said of a folder: nobody knows how many files it holds, so it is counted as what it is."""

NOT_LOOKED_AT = (
    "records-not-looked-at",
    "archive-not-looked-at",
    "unreadable-not-looked-at",
    FOLDER_NOT_LOOKED_AT,
)
"""Codes of what is said of files and folders that may hold records and were not looked at."""

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
        "The system would not let the file be read, or a link leads nowhere.",
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
    Code(
        "F109",
        "name-recognised",
        _I,
        "A folder or file directly in the legacy folder is not named as RMOS programs name it, but close enough: "
        "capitals, blanks, hyphens, a copy's number and a plural s make no difference.",
        "nothing to do",
    ),
    Code(
        "F110",
        "records-not-looked-at",
        _W,
        "The file seems to hold RMOS records, but its name or its place keeps it from being read. The run took "
        "nothing from it.",
        "move it into the folder of its kind, under a name that ends in .json, then run rmos migrate again",
    ),
    Code(
        "F111",
        "archive-not-looked-at",
        _W,
        "An archive lies in the legacy folder. Archives are not opened, so what is packed in it is not known.",
        "unpack it into the folder it belongs in, or move it out of the legacy folder, then run rmos migrate again",
    ),
    Code(
        "F112",
        "unreadable-not-looked-at",
        _W,
        "A file that is not read because of its name or place could not be looked at either, or a link leads nowhere that "
        "is named like a file. So it is not known whether it holds records.",
        "make it readable, or move it out of the legacy folder, then run rmos migrate again",
    ),
    Code(
        "F113",
        "folder-not-looked-at",
        _W,
        "The system would not let the folder be listed, or a link leads nowhere that is not named like a file. So it is not "
        "known whether there are records, and how many. "
        "It counts as one folder, not as a document.",
        "make the folder readable for you, or move it out of the legacy folder, then run rmos migrate again",
    ),
)
