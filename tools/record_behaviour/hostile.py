"""Files that no program of the workshop would write, and names and kinds of files that some systems have."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .documents import family, joblog, pattern

Write = Callable[[str | bytes, Any], None]

_LIMIT = 16 * 1024 * 1024
"""Bytes from which on the program does not read a file."""


def _with(**values: Any) -> str:
    document = pattern("x", **values)
    return json.dumps({key: value for key, value in document.items() if key != "id" or "id" in values})


def _geometry(text: str) -> str:
    return '{"name": "n", "ring_count": 1, "geometry": ' + text + "}"


BROKEN: dict[str, str | bytes] = {
    "number": "17",
    "text": '"pattern"',
    "null": "null",
    "list-of-numbers": "[1, 2]",
    "one-empty-key": '{"": ""}',
    "white-space": " \r\n\t",
    "mark-alone": b"\xef\xbb\xbf",
    "zeros": bytes(5000),
    "latin": '{"name": "Grün"}'.encode("latin-1"),
    "overlong": b'{"name": "\xc0\xaf"}',
    "surrogate-in-utf-8": b'{"name": "\xed\xa0\x80"}',
    "odd-utf-16": '{"a": 1}'.encode("utf-16") + b"\0",
    "beyond-utf-32": b"\xff\xfe\0\0\xff\xff\xff\xff",
    "photo": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8,
    "half": '{"name": "n", "geome',
    "two": '{"name": "a"} {"name": "b"}',
    "comment": "// a pattern\n{}",
    "single-quotes": "{'name': 'n'}",
    "raw-newline": '{"name": "a\nb"}',
    "bad-escape": '{"name": "C:\\legacy"}',
    "html": "<!doctype html><title>Login</title>",
    "leading-zero": '{"ring_count": 01}',
    "list-cut-off": json.dumps([pattern("cut-1"), pattern("cut-2")])[:-9],
    "nan": _geometry('{"r": NaN}'),
    "minus-infinity": _geometry('{"r": -Infinity}'),
    "overflow": _geometry('{"r": 1e999}'),
    "underflow": _geometry('{"r": 1e-999}'),
    "integer-2-63": _geometry('{"r": 9223372036854775808}'),
    "digits-5000": _geometry('{"r": ' + "7" * 5000 + "}"),
    "precision": _geometry('{"r": 0.1234567890123456789}'),
    "surrogate": _geometry('{"r": "\\ud83d"}'),
    "surrogate-key": '{"\\udc00": 1}',
    "twice": _geometry('{"r": 1, "r": 2}'),
    "twice-by-escape": _geometry('{"r": 1, "\\u0072": 2}'),
    "depth-65": _geometry("[" * 64 + "]" * 64),
    "depth-63": _geometry('{"a":' * 63 + "1" + "}" * 63),
    "depth-100000": "[" * 100_000,
    "odd-keys": _geometry('{"": 1, "\\u0000": 2, "/~": 3, "\u202e": 4, "\\u001b[31m": 5}'),
    "nul-in-name": _with(name="a\0b"),
    "markup-in-name": _with(name="<script>alert(1)</script> [bold]b[/bold]"),
    "stump-of-powershell": _geometry('{"rings": "System.Object[]"}'),
    "id-empty": _with(id=""),
    "id-newline": _with(id="a\nb"),
    "id-escape": _with(id="\x1b[31m"),
    "id-201": _with(id="x" * 201),
    "id-200": _with(id="x" * 200),
    "id-list": _with(id=["a"]),
    "id-fraction": _with(id=1.5),
    "id-null": _with(id=None),
    "id-number": _with(id=17),
    "id-path": _with(id="../../../etc/passwd"),
    "id-sql": _with(id="x'); DROP TABLE patterns; --"),
    "id-slash": _with(id="a/b?c#d e%2F"),
    "id-bidi": _with(id="\u202egnp.exe"),
    "id-accents": _with(id="caf\u00e9"),
    "id-accents-apart": _with(id="cafe\u0301"),
    "no-rings": _with(ring_count=0),
    "count-as-text": _with(ring_count="3"),
    "name-as-list": _with(name=["n"]),
    "geometry-as-list": _with(geometry=[1]),
    "a-job": json.dumps(joblog("a-job")),
    "a-family": json.dumps(family("a-family")),
    "width-as-text": json.dumps(family("wide", strip_width_mm="2.5 mm")),
    "duration-negative": json.dumps(joblog("quick", duration_seconds=-1)),
    "time-odd": json.dumps(joblog("odd-time", start_time="32.13.2020", created_at=17)),
    "time-of-powershell": json.dumps(joblog("ps-time", created_at="/Date(1588000000000)/")),
    "status-odd": json.dumps(joblog("odd-status", status="gluing")),
    "gcode-null": json.dumps(joblog("nulls", parameters=None)),
    "too-large": b" " * (_LIMIT + 1),
}
"""Files ``<name>.json``; each lies in one entity's folder after the other."""

NAMES = (
    b"new\nline.json",
    b"\x1b[31mred\x1b[0m.json",
    "\u202egnp.json".encode(),
    b"not-\xff\xfe-utf-8.json",
    b"[bold]b[/bold].json",
    b"-rf.json",
    b" .json",
    b"quote'\"\\.json",
    b"UPPER.JSON",
    b"l" * 200 + b".json",
    b"folder.json/inside.json",
    b".hidden.json",
    b"copy.json~",
    b"old.json.bak",
    b"notes.txt",
    b"export.json.txt",
    b"archive.zip",
)
"""Names below ``joblogs``, each with a good document."""

_LINKS = {
    "dangling.json": "nowhere.json",
    "self.json": "self.json",
    "twin.json": "no-rings.json",
    "up": "..",
    "outside.json": "../../../outside.json",
    "device.json": "/dev/zero",
}


def plant(tree: Path, write: Write, date: Callable[[Path], None]) -> None:
    """Write all of it below a tree; ``date`` gives a file its time."""
    for number, (name, content) in enumerate(BROKEN.items()):
        folders = ("patterns", "joblogs", "strip_families")
        write(f"patterns/hostile/{name}.json", content)
        if len(content) < _LIMIT:
            write(f"{folders[1 + number % 2]}/hostile/{name}-{number}.json", content)
    for number, named in enumerate(NAMES):
        write(b"joblogs/names/" + named, joblog(f"named-{number}"))
    write("rosettes/stray.json", pattern("stray"))
    write("patterns.json", [pattern("in-a-list"), pattern("in-a-list-2")])
    write("Job Logs/other-name.json", joblog("other-name"))
    (tree / "patterns/empty/emptier").mkdir(parents=True)
    for name, target in _LINKS.items():
        (tree / "patterns/hostile" / name).symlink_to(target)
    os.mkfifo(tree / "patterns/hostile/pipe.json")
    for name in (*_LINKS, "pipe.json"):
        date(tree / "patterns/hostile" / name)
