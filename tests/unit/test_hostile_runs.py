"""Values and keys with very long runs of one character cost time in proportion to their length, no more.

What is quadratic takes minutes at this size, and is ended by the time limit of the process.
"""

import json
import subprocess
import sys

from builders import family, joblog, pattern
from rmos_migration.entities import BY_NAME
from rmos_migration.migrate.prepare import prepare
from rmos_migration.sources.read import Reading

LENGTH = 200_000
BLANKS = " " * LENGTH

SCRIPT = """
import json, sys
from rmos_migration.entities import BY_NAME
from rmos_migration.migrate.prepare import prepare
from rmos_migration.sources.read import Reading

for name, entity, text in json.load(sys.stdin):
    print(name, end=": ", flush=True)
    found = list(prepare(BY_NAME[entity], Reading(f"{entity}/a.json", text.encode(), "0" * 64)))
    print(*sorted({one.code for prepared in found for one in prepared.diagnostics}), flush=True)
"""

NUMBERS = {
    "blanks behind a digit": "1" + BLANKS + "!",
    "blanks around a digit": BLANKS + "1" + BLANKS + "!!",
    "digits before a letter": "1" * LENGTH + "x!",
    "commas": "1" + ",1" * LENGTH,
    "groups": "1" + " 000" * LENGTH + "!",
    "points": "1" + "." * LENGTH + "x!",
    "apostrophes": "1" + "'" * LENGTH + "x!",
    "letters": "1" + "m" * LENGTH + "!",
    "fractions": "1" + "/1" * LENGTH,
    "signs": "-" * LENGTH + "1",
}

DOCUMENTS = {
    **{f"width: {name}": ("strip_families", family(strip_width_mm=text)) for name, text in NUMBERS.items()},
    **{f"ring: {name}": ("patterns", pattern(geometry={"rings": [{"radius_mm": text}]}))
       for name, text in NUMBERS.items()},
    **{f"time: {name}": ("joblogs", joblog(start_time=text)) for name, text in NUMBERS.items()},
    "blanks beside geometry_json": ("patterns", pattern(geometry=BLANKS + "x")
                                                | {"geometry_json": '{"a": 1}'}),
    "blanks in brackets": ("patterns", pattern(geometry="{" + BLANKS + "x") | {"geometry_json": '{"a": 1}'}),
    "blanks behind null": ("patterns", pattern(geometry="null" + BLANKS + "x")
                                       | {"geometry_json": '{"a": 1}'}),
    "blanks as text of parameters": ("joblogs", joblog(parameters=BLANKS + "x")
                                                | {"parameters_json": BLANKS + "{x"}),
    "blanks as status": ("joblogs", joblog(status=BLANKS + "x")),
    "blanks and a zone": ("joblogs", joblog(start_time="2025-01-31" + BLANKS + "17:05 x")),
    "underscores as a key of a ring": ("patterns", pattern(geometry={"rings": [{"_" * LENGTH + "x": "1"}]})),
    "underscores as a key": ("joblogs", {"_hash" * LENGTH: 1, "_" * LENGTH + "x": "1"}),
    "blanks as a kind": ("joblogs", {"artifact_id": "a", "kind": "_job_log" * LENGTH + BLANKS,
                                     "created_utc": "x"}),
}  # fmt: skip

TEXTS = {
    "zeros behind a comma": '{"id": "a", "ring_count": 1,' + "0" * LENGTH + ": 2}",
    "zeros and blanks behind a comma": '{"a": 1,' + "0" * LENGTH + BLANKS + ": 2}",
    "digits and a comma": '{"a": ' + "1" * LENGTH + ",5}",
    "a letter behind digits": '{"a": ' + "1" * LENGTH + "x}",
    "groups in a list": "[1" + " 000" * LENGTH + "]",
    "words": '{"a": ' + "a " * LENGTH + "}",
    "letters": '{"a": ' + "a" * LENGTH + "}",
    "blanks before a colon": '{"a": 1 b' + BLANKS + ": 2}",
    "blanks behind a number": '{"a": 1 mm' + BLANKS + "x}",
    "blanks behind a quote": '{"a": "x"' + BLANKS + "y}",
    "equals signs at the beginning": "a = " * LENGTH + "{",
    "apostrophes": "'" * LENGTH,
    "quotes and backslashes": '{"a": "' + '\\"' * LENGTH,
    "comments": "/* " * LENGTH,
    "a stump": json.dumps({"geometry": "@{" + "a=" * LENGTH}),
    "a type's name": json.dumps({"geometry": "System" + ".a" * LENGTH + "!"}),
}


def codes_of(cases: list[tuple[str, str, str]]) -> dict[str, str]:
    """What is said of each text, by its name; a process that hangs has named the text last."""
    finished = subprocess.run(
        [sys.executable, "-c", SCRIPT], input=json.dumps(cases), capture_output=True, text=True, timeout=60,
        check=False
    )  # fmt: skip
    assert (finished.returncode, finished.stderr) == (0, "")
    told = (line.rpartition(": ") for line in finished.stdout.splitlines())
    return {name: codes for name, _, codes in told}


def test_long_runs_in_documents_are_judged_once() -> None:
    cases = [(name, entity, json.dumps(document)) for name, (entity, document) in DOCUMENTS.items()]
    assert codes_of(cases).keys() == DOCUMENTS.keys()


def test_long_runs_in_text_that_is_no_json_are_judged_once() -> None:
    told = codes_of([(name, "patterns", text) for name, text in TEXTS.items()])
    assert told.keys() == TEXTS.keys()
    assert all(told.values())


def test_text_that_is_too_long_for_a_number_gets_the_plain_hint() -> None:
    raw = json.dumps(family(strip_width_mm="1" + " " * 60 + "mm")).encode()
    (prepared,) = prepare(BY_NAME["strip_families"], Reading("strip_families/a.json", raw, "0" * 64))
    (told,) = prepared.diagnostics
    assert told.hint == "write the millimetres as a number, above 0, without quotes"
