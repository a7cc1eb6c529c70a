"""Text of up to 16 MiB made to hurt: it ends with its code, without an exception, in less than 1 GB of
memory.

Each text is prepared in a process of its own, whose peak is measured. The time limit is only there to end a
hang.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from rmos_migration.sources.read import SIZE_LIMIT

pytest.importorskip("resource", reason="peak memory is measured with the resource module of Unix")

SCRIPT = """
import json, resource, sys
if sys.platform == "linux":  # a machine that runs the tests must survive them
    resource.setrlimit(resource.RLIMIT_AS, (8 * 2**30, resource.getrlimit(resource.RLIMIT_AS)[1]))
from rmos_migration.entities import BY_NAME
from rmos_migration.migrate.prepare import prepare
from rmos_migration.sources.read import SourceFile
from rmos_migration.sources.read import read_files

(reading,) = read_files([SourceFile("strip_families/hostile.json", sys.argv[1])])
(prepared,) = prepare(BY_NAME["strip_families"], reading)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"codes": sorted({d.code for d in prepared.diagnostics}), "peak": peak}))
"""


class Hostile(NamedTuple):
    """``head``, then ``unit`` as often as fits into ``size`` bytes, then ``tail``; and the code it must
    get."""

    head: bytes
    unit: bytes
    tail: bytes = b""
    code: str | None = None
    size: int = SIZE_LIMIT

    def write(self, file: Path) -> None:
        times = (self.size - len(self.head) - len(self.tail)) // len(self.unit)
        file.write_bytes(self.head + self.unit * times + self.tail)


FAMILY = b'{"name": "n", "strip_width_mm": 1, "strip_thickness_mm": 1, "material_type": "wood", "strips": '

TEXTS = {
    "brackets": Hostile(b"", b"[", b"", "json-depth"),
    "objects never closed": Hostile(b"", b'{"a":', b"", "json-depth"),
    "nothing but NaN": Hostile(b"[", b"NaN,", b"1]", "json-not-a-number"),
    "empty objects": Hostile(b"[", b"{},", b"1]", "not-a-record"),
    "empty lists": Hostile(b"[", b"[],", b"1]", "not-a-record"),
    "empty objects in a record": Hostile(FAMILY + b"[", b"{},", b"1]}"),
    "small objects": Hostile(b"[", b'{"":0},', b"1]", "file-too-large"),
    "small objects read slowly": Hostile(b"[", b'{"":0},', b"1.50]", "file-too-large"),
    "one key again and again": Hostile(b"{", b'"a":1,\n', b'"a":1}', "json-duplicate-key"),
    "half characters": Hostile(b"[", b'"\\ud800",', b"1]", "json-surrogate"),
    "text never closed": Hostile(b'"', b"a", b"", "json-syntax"),
    "long text beside NaN": Hostile(b'["', b"a", b'",NaN]', "json-not-a-number"),
    "escapes beside NaN": Hostile(b'["', b"\\n", b'",NaN]', "json-not-a-number"),
    "escapes beside brackets": Hostile(b'["', b"\\n", b'",' + b"[]," * 99 + b"1]", "not-a-record"),
    "digits": Hostile(b"", b"1", b"", "json-number-range"),
    "decimals": Hostile(b"0.", b"1", b"", "json-number-precision"),
    "exponent": Hostile(b"1e", b"9", b"", "json-number-range"),
    "spaces": Hostile(b"", b" ", b"", "file-empty"),
    "long key over many faults": Hostile(b'{"', b"k", b'":[' + b"NaN," * 200 + b"1]}", "json-not-a-number"),
    "long key over a long list": Hostile(
        b'{"', b"k", b'":[' + b"1," * 1_000_000 + b"NaN]}", "json-not-a-number", size=6 * 2**20
    ),
    "truncation mark before a long list": Hostile(FAMILY + b'["@{",', b"0,", b"1]}"),
    "truncation mark before many texts": Hostile(FAMILY + b'["@{",', b'"",', b"1]}"),
    "truncation mark before many lists": Hostile(FAMILY + b'["@{",', b"[],", b"1]}"),
    "whole floats before many objects": Hostile(FAMILY + b"[2.0,", b"{},", b"1]}"),
    "truncation mark beside a long key": Hostile(
        FAMILY + b'[], "note": "@{", "', b"k", b'":[' + b"0," * 100_000 + b"1]}", size=2**20
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_text_ends_with_its_code_in_bounded_memory(name: str, tmp_path: Path) -> None:
    file = tmp_path / "hostile.json"
    TEXTS[name].write(file)
    finished = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(file)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    report = json.loads(finished.stdout)
    assert report["codes"] == [TEXTS[name].code] * (TEXTS[name].code is not None)
    assert report["peak"] < 1_000_000_000
