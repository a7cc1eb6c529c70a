"""Text of 16 MiB made to hurt: it ends with its code, without an exception, in less than 1 GB of memory.

Each text is prepared in a process of its own, whose peak is measured. The time limit is only there to end a hang.
"""

import json
import subprocess
import sys
from typing import Any

import pytest

pytest.importorskip("resource", reason="peak memory is measured with the resource module of Unix")

PRELUDE = """
import json, resource, sys
from rmos_migration.entities import BY_NAME
from rmos_migration.migrate.prepare import prepare
from rmos_migration.sources.discover import SourceFile
from rmos_migration.sources.read import SIZE_LIMIT, read_files

def filled(head, unit, tail):
    return head + unit * ((SIZE_LIMIT - len(head) - len(tail)) // len(unit)) + tail

FAMILY = b'{"name": "n", "strip_width_mm": 1, "strip_thickness_mm": 1, "material_type": "wood", "strips": '
"""

REPORT = """
with open(sys.argv[1], "wb") as file:
    file.write(raw)
del raw
(reading,) = read_files([SourceFile("strip_families/hostile.json", sys.argv[1])])
(prepared,) = prepare(BY_NAME["strip_families"], reading)
unit = 1 if sys.platform == "darwin" else 1024
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
print(json.dumps({"codes": sorted({d.code for d in prepared.diagnostics}), "peak": peak}))
"""

TEXTS = {
    "brackets": ("b'[' * SIZE_LIMIT", ["json-depth"]),
    "objects never closed": ("""filled(b"", b'{"a":', b"")""", ["json-depth"]),
    "nothing but NaN": ('filled(b"[", b"NaN,", b"1]")', ["json-not-a-number"]),
    "empty objects": ('filled(b"[", b"{},", b"1]")', ["not-a-record"]),
    "empty lists": ('filled(b"[", b"[],", b"1]")', ["not-a-record"]),
    "empty objects in a record": ('filled(FAMILY + b"[", b"{},", b"1]}")', []),
    "small objects": ("""filled(b"[", b'{"":0},', b"1]")""", ["not-a-record"]),
    "small objects, read slowly": ("""filled(b"[", b'{"":0},', b"1.50]")""", ["not-a-record"]),
    "one key again and again": ("""filled(b"{", b'"a":1,\\n', b'"a":1}')""", ["json-duplicate-key"]),
    "half characters": ("""filled(b"[", b'"\\\\ud800",', b"1]")""", ["json-surrogate"]),
    "text never closed": ("""filled(b'"', b"a", b"")""", ["json-syntax"]),
    "long text beside NaN": ("""filled(b'["', b"a", b'",NaN]')""", ["json-not-a-number"]),
    "escapes beside NaN": ("""filled(b'["', b"\\\\n", b'",NaN]')""", ["json-not-a-number"]),
    "escapes beside brackets": (
        """filled(b'["' , b"\\\\n", b'",' + b"[]," * 99 + b"1]")""",
        ["not-a-record"],
    ),
    "digits": ("b'1' * SIZE_LIMIT", ["json-number-range"]),
    "decimals": ("""filled(b"0.", b"1", b"")""", ["json-number-precision"]),
    "exponent": ("""filled(b"1e", b"9", b"")""", ["json-number-range"]),
    "spaces": ("b' ' * SIZE_LIMIT", ["file-empty"]),
    "long key over many faults": (
        """filled(b'{"', b"k", b'":[' + b"NaN," * 200 + b"1]}")""",
        ["json-not-a-number"],
    ),
    "long key over a long list": (
        """b'{"' + b"k" * 2**22 + b'":[' + b"1," * 1_000_000 + b"NaN]}"""",
        ["json-not-a-number"],
    ),
    "truncation mark before a long list": ("""filled(FAMILY + b'["@{",', b"0,", b"1]}")""", []),
    "truncation mark under a long key": (
        """FAMILY + b'[], "note": "@{", "' + b"k" * 2**20 + b'": [' + b"0," * 100_000 + b"1]}"""",
        [],
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_text_ends_with_its_code_in_bounded_memory(name: str, tmp_path: Any) -> None:
    expression, codes = TEXTS[name]
    script = f"{PRELUDE}\nraw = {expression}\n{REPORT}"
    finished = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "hostile.json")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert finished.stderr == ""
    report = json.loads(finished.stdout)
    assert report["codes"] == codes
    assert report["peak"] < 1_000_000_000
