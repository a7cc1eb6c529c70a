"""Diagnostics of finding and opening files."""

from .code import Code, Severity

_I, _W, _E = Severity.INFO, Severity.WARNING, Severity.ERROR

FOLDER_NOT_LOOKED_AT = "folder-not-looked-at"
"""The code for a folder: it is not known how many files it holds, so it counts as one folder."""

NOT_LOOKED_AT = (
    "records-not-looked-at",
    "archive-not-looked-at",
    "unreadable-not-looked-at",
    FOLDER_NOT_LOOKED_AT,
)
"""The codes for files and folders that may hold records and were not looked at."""

FILES = (
    Code(
        "F101",
        "file-empty",
        _E,
        "The file holds no text, or nothing but zero bytes, which a power cut, a crash or a full disk "
        "leaves behind.",
        "restore the file from a backup, or delete it",
    ),
    Code(
        "F102",
        "file-too-large",
        _E,
        "The file is larger than 16 MiB, or holds more than 100,000 documents. No RMOS program wrote such a "
        "file.",
        "split the file, or check whether it is a legacy file at all",
    ),
    Code(
        "F103",
        "file-changed",
        _E,
        "The file changed while it was being read, so its content cannot be trusted.",
        "close the program that writes it, then run rmos migrate again",
    ),
    Code(
        "F104",
        "file-not-regular",
        _E,
        "A pipe, socket or device is in the place of a file. It is never opened.",
        "remove it, or replace it with an ordinary file",
    ),
    Code(
        "F105",
        "file-outside",
        _E,
        "A link leads out of the source folder. Such links are not followed.",
        "copy the target into the source folder in place of the link",
    ),
    Code(
        "F106",
        "file-unreadable",
        _E,
        "The system does not let the file be read, or a link leads nowhere.",
        "check that it exists and that you may read it, then run rmos migrate again",
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
        "A folder or file directly in the legacy folder is not named as RMOS programs name it, but close "
        "enough: case, blanks, hyphens, a copy's number and a plural s make no difference.",
        "nothing to do",
    ),
    Code(
        "F110",
        "records-not-looked-at",
        _W,
        "The file seems to hold RMOS records, but is not read because of its name or place. The run took "
        "nothing from it.",
        "move it into the folder of its kind, under a name that ends in .json, then run rmos migrate again",
    ),
    Code(
        "F111",
        "archive-not-looked-at",
        _W,
        "There is an archive in the legacy folder. Archives are not opened, so it is not known what is "
        "packed in it.",
        "unpack it into the folder it belongs in, or move it out of the legacy folder, then run rmos "
        "migrate again",
    ),
    Code(
        "F112",
        "unreadable-not-looked-at",
        _W,
        "A file that is not read because of its name or place could not be looked at either, or a link that "
        "is named like a file leads nowhere. So it is not known whether it holds records.",
        "make it readable, or move it out of the legacy folder, then run rmos migrate again",
    ),
    Code(
        "F113",
        "folder-not-looked-at",
        _W,
        "The system does not let the folder be listed, or a link that is not named like a file leads "
        "nowhere. So it is not known whether it holds records, and how many. It counts as one folder, not "
        "as a document.",
        "get the right to read the folder, or move it out of the legacy folder, then run rmos migrate again",
    ),
)
