"""Every hostile thing a folder may hold, each with what must become of it: ledger path → (outcome, code)."""

import json
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

from builders import joblog, pattern, write

Fate = tuple[str, str | None]

LIMIT = 16 * 1024 * 1024
MIGRATED: Fate = ("migrated", None)


def rejected(code: str) -> Fate:
    """The fate of what is not loaded."""
    return "rejected", code


NAMELESS = {key: value for key, value in pattern().items() if key != "id"}


def geometry(text: str) -> str:
    """A pattern's text with this as its geometry."""
    return '{"name": "n", "ring_count": 1, "geometry": ' + text + "}"


SMALL: dict[str, tuple[str | bytes, Fate]] = {
    # what is no document
    "number": ("17", rejected("not-a-record")),
    "text": ('"pattern"', rejected("not-a-record")),
    "null": ("null", rejected("not-a-record")),
    "list-of-numbers": ("[1, 2]", rejected("not-a-record")),
    "one-empty-key": ('{"": ""}', rejected("not-a-record")),
    "nothing": ("", rejected("file-empty")),
    "white-space": (" \r\n\t", rejected("file-empty")),
    "mark-alone": (b"\xef\xbb\xbf", rejected("file-empty")),
    # bytes
    "zeros": (bytes(5000), rejected("file-empty")),
    "latin": ('{"name": "Grün"}'.encode("latin-1"), rejected("encoding-unknown")),
    "overlong": (b'{"name": "\xc0\xaf"}', rejected("encoding-unknown")),
    "utf-8-surrogate": (b'{"name": "\xed\xa0\x80"}', rejected("encoding-unknown")),
    "odd-utf-16": ('{"a": 1}'.encode("utf-16") + b"\0", rejected("encoding-unknown")),
    "utf-32-beyond": (b"\xff\xfe\0\0\xff\xff\xff\xff", rejected("encoding-unknown")),
    "photo": (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8, rejected("encoding-unknown")),
    # syntax
    "half": ('{"name": "n", "geome', rejected("json-syntax")),
    "two": ('{"name": "a"} {"name": "b"}', rejected("json-syntax")),
    "comment": ("// a pattern\n{}", rejected("json-syntax")),
    "single-quotes": ("{'name': 'n'}", rejected("json-syntax")),
    "raw-newline": ('{"name": "a\nb"}', rejected("json-syntax")),
    "bad-escape": ('{"name": "C:\\legacy"}', rejected("json-syntax")),
    "html": ("<!doctype html><title>Login</title>", rejected("json-syntax")),
    "leading-zero": ('{"ring_count": 01}', rejected("json-syntax")),
    # values
    "nan": (geometry('{"r": NaN}'), rejected("json-not-a-number")),
    "minus-infinity": (geometry('{"r": -Infinity}'), rejected("json-not-a-number")),
    "overflow": (geometry('{"r": 1e999}'), rejected("json-number-range")),
    "exponent-beyond-all": (geometry('{"r": 1e99999999999999999999}'), rejected("json-number-range")),
    "underflow": (geometry('{"r": 1e-999}'), rejected("json-number-range")),
    "integer-2-63": (geometry('{"r": 9223372036854775808}'), rejected("json-number-range")),
    "digits-5000": (geometry('{"r": ' + "7" * 5000 + "}"), rejected("json-number-range")),
    "precision": (geometry('{"r": 0.1234567890123456789}'), rejected("json-number-precision")),
    "surrogate": (geometry('{"r": "\\ud83d"}'), rejected("json-surrogate")),
    "surrogate-key": ('{"\\udc00": 1}', rejected("json-surrogate")),
    "fault-below-a-surrogate-key": ('{"a\\ud800": NaN}', rejected("json-surrogate")),
    "twice": (geometry('{"r": 1, "r": 2}'), rejected("json-duplicate-key")),
    "twice-by-escape": (geometry('{"r": 1, "\\u0072": 2}'), rejected("json-duplicate-key")),
    "twice-nul": (geometry('{"\\u0000": 1, "\\u0000": 2}'), rejected("json-duplicate-key")),
    "twice-slash": (geometry('{"a/b~c": 1, "a/b~c": 2}'), rejected("json-duplicate-key")),
    "twice-bidi": (geometry('{"\u202e\u2066": 1, "\u202e\u2066": 2}'), rejected("json-duplicate-key")),
    "depth-65": (geometry("[" * 64 + "]" * 64), rejected("json-depth")),
    "depth-63": (geometry('{"a":' * 63 + "1" + "}" * 63), MIGRATED),
    "depth-100000": ("[" * 100_000, rejected("json-depth")),
    "depth-100000-closed": ("[" * 100_000 + "]" * 100_000, rejected("json-depth")),
    "odd-keys": (geometry('{"": 1, "\\u0000": 2, "/~": 3, "\u202e": 4, "\\u001b[31m": 5}'), MIGRATED),
    "nul-in-name": (json.dumps(NAMELESS | {"name": "a\0b"}), rejected("field-invalid")),
    "truncated-by-powershell": (geometry('{"rings": "System.Object[]"}'), rejected("powershell-truncated")),
    # ids
    "id-empty": (json.dumps(pattern("")), rejected("id-invalid")),
    "id-newline": (json.dumps(pattern("a\nb")), rejected("id-invalid")),
    "id-nul": (json.dumps(pattern("a\0b")), rejected("id-invalid")),
    "id-escape": (json.dumps(pattern("\x1b[31m")), rejected("id-invalid")),
    "id-c1-control": (json.dumps(pattern("a\x9bb")), rejected("id-invalid")),
    "id-201": (json.dumps(pattern("x" * 201)), rejected("id-invalid")),
    "id-200": (json.dumps(pattern("x" * 200)), MIGRATED),
    "id-list": (json.dumps(NAMELESS | {"id": ["a"]}), rejected("id-invalid")),
    "id-object": (json.dumps(NAMELESS | {"id": {}}), rejected("id-invalid")),
    "id-true": (json.dumps(NAMELESS | {"id": True}), rejected("id-invalid")),
    "id-fraction": (json.dumps(NAMELESS | {"id": 1.5}), rejected("id-invalid")),
    "id-null": (json.dumps(NAMELESS | {"id": None}), MIGRATED),
    "id-path": (json.dumps(pattern("../../../etc/passwd")), MIGRATED),
    "id-sql": (json.dumps(pattern("x'); DROP TABLE patterns; --")), MIGRATED),
    "id-markup": (json.dumps(pattern("[/red]<script>")), MIGRATED),
    "id-bidi": (json.dumps(pattern("\u202egnp.exe")), MIGRATED),
    "id-emoji": (json.dumps(pattern("🎸" * 100)), MIGRATED),
    "id-minus-2-63": (json.dumps(NAMELESS | {"id": -(2**63)}), MIGRATED),
}
"""Files ``patterns/<name>.json``."""


NAMES: dict[bytes, tuple[str, Fate]] = {
    b"new\nline.json": ("new\nline.json", MIGRATED),
    b"tab\there.json": ("tab\there.json", MIGRATED),
    b"\x1b[31mred\x1b[0m.json": ("\x1b[31mred\x1b[0m.json", MIGRATED),
    b"\x1b]0;title\x07.json": ("\x1b]0;title\x07.json", MIGRATED),
    "\u202egnp.json".encode(): ("\u202egnp.json", MIGRATED),
    "\u2028line.json".encode(): ("\u2028line.json", MIGRATED),
    b"not-\xff\xfe-utf-8.json": ("not-\\xff\\xfe-utf-8.json", MIGRATED),
    b"[bold]b[/bold].json": ("[bold]b[/bold].json", MIGRATED),
    b"[/red].json": ("[/red].json", MIGRATED),
    b"-rf.json": ("-rf.json", MIGRATED),
    b" .json": (" .json", MIGRATED),
    b"%s%n{0}$(id)`id`.json": ("%s%n{0}$(id)`id`.json", MIGRATED),
    b"quote'\"\\.json": ("quote'\"\\.json", MIGRATED),
    b"UPPER.JSON": ("UPPER.JSON", MIGRATED),
    b"l" * 250 + b".json": ("l" * 250 + ".json", MIGRATED),
    "ü".encode() * 100 + b".json": ("ü" * 100 + ".json", MIGRATED),
    b"folder.json/inside.json": ("folder.json/inside.json", MIGRATED),
    b"d/" * 300 + b"deep.json": ("d/" * 300 + "deep.json", MIGRATED),
}
"""Names below ``joblogs``, each a good document with an id of its own, and the name in the ledger."""

PASSED_OVER = (
    b".json",
    b".hidden.json",
    b"..json",
    b"copy.json~",
    b"old.json.bak",
    b"notes.txt",
    b"json",
    b"x.json.",
)
"""Names below ``joblogs`` that are ignored and counted."""


def write_small(tree: Path) -> dict[str, Fate]:
    """The small files of ``SMALL``."""
    for name, (content, _) in SMALL.items():
        write(tree, f"patterns/{name}.json", content)
    return {f"patterns/{name}.json": fate for name, (_, fate) in SMALL.items()}


def write_names(tree: Path) -> dict[str, Fate]:
    """Good documents under hostile names, one that takes its id from such a name, and what is passed over."""
    top = os.fsencode(tree / "joblogs")
    for number, name in enumerate(NAMES):
        _write(top, name, json.dumps(joblog(f"j{number}")).encode())
    for name in PASSED_OVER:
        _write(top, name, b"{")
    nameless = json.dumps({key: value for key, value in joblog().items() if key != "id"}).encode()
    _write(top, b"id\nfrom-name.json", nameless)
    _write(top, b"i" * 210 + b".json", nameless)
    fates = {f"joblogs/{shown}": fate for shown, fate in NAMES.values()}
    fates["joblogs/id\nfrom-name.json"] = rejected("id-invalid")
    fates["joblogs/" + "i" * 210 + ".json"] = rejected("id-invalid")
    return fates


def _write(top: bytes, name: bytes, content: bytes) -> None:
    file = os.path.join(top, name)
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, "wb") as opened:
        opened.write(content)


def write_special(tree: Path) -> dict[str, Fate]:
    """Pipes, sockets, devices, links of every kind, empty and unreadable folders."""
    top, outside = tree / "patterns", tree.with_name("outside")
    outside.mkdir()
    write(outside, "secret.json", pattern("secret"))
    write(tree, "patterns/good.json", pattern("good"))
    write(tree, "patterns/.kept/real.json", pattern("linked"))
    (top / "empty/emptier").mkdir(parents=True)
    os.mkfifo(top / "pipe.json")
    os.mkfifo(top / "pipe")
    _make_socket(top, "socket.json")
    links = {
        "device-link.json": "/dev/zero",
        "secret-link.json": str(outside / "secret.json"),
        "outside-link": str(outside),
        "dangling.json": "nowhere.json",
        "self.json": "self.json",
        "circle-a.json": "circle-b.json",
        "circle-b.json": "circle-a.json",
        "pipe-link.json": "pipe.json",
        "twin.json": "good.json",
        "up": "..",
        "here": ".",
        "other-folder.json": "../joblogs/UPPER.JSON",
        "hidden-link.json": ".kept/real.json",
    }
    for name, target in links.items():
        (top / name).symlink_to(target)
    _write(os.fsencode(tree / "joblogs"), b"UPPER.JSON", json.dumps(joblog("upper")).encode())
    fates = {
        "good.json": MIGRATED,
        "pipe.json": rejected("file-not-regular"),
        "socket.json": rejected("file-not-regular"),
        "device-link.json": rejected("file-outside"),
        "secret-link.json": rejected("file-outside"),
        "outside-link": rejected("file-outside"),
        "dangling.json": rejected("file-unreadable"),
        "self.json": rejected("file-unreadable"),
        "circle-a.json": rejected("file-unreadable"),
        "circle-b.json": rejected("file-unreadable"),
        "other-folder.json": rejected("wrong-folder"),
        "hidden-link.json": MIGRATED,
    }
    if os.geteuid() == 0:
        os.mknod(top / "device.json", stat.S_IFCHR | 0o666, os.makedev(1, 5))
        fates["device.json"] = rejected("file-not-regular")
    write(tree, "patterns/locked.json", pattern("locked")).chmod(0)
    write(tree, "patterns/locked-folder/in.json", pattern("in")).parent.chmod(0)
    fates["locked.json"] = rejected("file-unreadable")
    return {f"patterns/{name}": fate for name, fate in fates.items()} | {"joblogs/UPPER.JSON": MIGRATED}


def _make_socket(folder: Path, name: str) -> None:
    """A socket file; its address has room for a short path only, so it is made from inside the folder."""
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(folder)
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(name)
    finally:
        os.fchdir(before)
        os.close(before)


LARGE: dict[str, tuple[Callable[[], bytes], Fate]] = {
    "one-byte-too-many": (lambda: b" " * (LIMIT + 1), rejected("file-too-large")),
    "empty-objects-50-mb": (lambda: b"[" + b"{}," * 17_000_000 + b"{}]", rejected("file-too-large")),
    "blanks-to-the-limit": (lambda: b" " * LIMIT, rejected("file-empty")),
    "nan": (lambda: b"[NaN" * (LIMIT // 4), rejected("json-not-a-number")),
    "nan-list": (lambda: b"[NaN" + b",NaN" * (LIMIT // 4 - 2) + b"]", rejected("json-not-a-number")),
    "objects-in-a-row": (lambda: b"{}" * (LIMIT // 2), rejected("json-syntax")),
    "objects-in-a-list": (lambda: b"[{}" + b",{}" * (LIMIT // 3 - 2) + b"]", rejected("not-a-record")),
    "brackets": (lambda: b"[" * LIMIT, rejected("json-depth")),
    "objects-in-objects": (lambda: b'{"a":' * (LIMIT // 5), rejected("json-depth")),
    "open-text": (lambda: b'{"name": "' + b"a" * (LIMIT - 20), rejected("json-syntax")),
    "digits": (lambda: geometry("1" * (LIMIT - 100)).encode(), rejected("json-number-range")),
    "fraction": (lambda: geometry("1." + "1" * (LIMIT - 100)).encode(), rejected("json-number-precision")),
    "same-key": (lambda: b'{"a":1' + b',"a":1' * (LIMIT // 6 - 2) + b"}", rejected("json-duplicate-key")),
    "escapes": (
        lambda: json.dumps(NAMELESS).replace("pattern p1", "\\u00e9" * (LIMIT // 6 - 50)).encode(),
        MIGRATED,
    ),
    "geometry-of-objects": (
        lambda: geometry('{"a": [{}' + ",{}" * (LIMIT // 3 - 50) + "]}").encode(),
        MIGRATED,
    ),
}
"""Files ``patterns/<name>.json`` of 16 MiB and more."""


def write_large(tree: Path) -> dict[str, Fate]:
    """The files of ``LARGE``, and one that claims to be larger than any disk."""
    for name, (content, _) in LARGE.items():
        write(tree, f"patterns/large/{name}.json", content())
    with (tree / "patterns/large/sparse.json").open("wb") as file:
        file.truncate(10 * 2**30)
    fates = {f"patterns/large/{name}.json": fate for name, (_, fate) in LARGE.items()}
    return fates | {"patterns/large/sparse.json": rejected("file-too-large")}
