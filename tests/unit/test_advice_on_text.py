"""What to do about text that is no JSON: the place, and a hint that gives JSON of the same value when it is
followed."""

import json
from typing import Any

import pytest

from rmos_migration.diagnostics import Diagnostic
from rmos_migration.entities import BY_NAME
from rmos_migration.migrate.prepare import prepare
from rmos_migration.sources.decode import decode
from rmos_migration.sources.number_hints import explain_after_number
from rmos_migration.sources.numbers import possible_numbers
from rmos_migration.sources.read import Reading
from rmos_migration.sources.signatures import SIGNATURES, Signature


def fault_of(content: str | bytes) -> Diagnostic:
    (fault,) = decode(content.encode() if isinstance(content, str) else content).errors
    return fault


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("1,5", ["1.5"]), ("0,75", ["0.75"]), (",5", ["0.5"]), (".5", ["0.5"]), ("5.", ["5"]), ("5,", ["5"]),
        ("+3", ["3"]), ("03", ["3"]), ("-03,10", ["-3.10"]), ("−3", ["-3"]), ("00", []), ("000", []),
        ("1,250", ["1250", "1.250"]), ("0,250", ["0.250"]), ("1234,500", ["1234.500"]),
        ("12,500", ["12500", "12.500"]), ("1.250,5", ["1250.5"]), ("1,250.5", ["1250.5"]),
        ("1.250.000", ["1250000"]), ("1,250,000", ["1250000"]), ("1 000", ["1000"]),
        ("1\xa0000,5", ["1000.5"]), ("1'000.5", ["1000.5"]), ("1_000", ["1000"]), ("1/2", ["0.5"]),
        ("2 1/2", ["2.5"]), ("2-1/2", ["2.5"]), ("½", ["0.5"]), ("3½", ["3.5"]), ("2 ¾", ["2.75"]),
        ("3/8", ["0.375"]), ("1/3", []), ("1/0", []), ("⅓", []), ("", []), ("-", []), (".", []), (",", []),
        ("1.2.3", []), ("1,2,3", []), ("12,34.5", []), ("three", []), ("1e5", []), ("1" * 30, []), ("٣", []),
        ("1:30", []), ("2-3", []),
    ],
)  # fmt: skip
def test_number_in_another_manner_means_what_it_says(written: str, numbers: list[str]) -> None:
    assert possible_numbers(written) == numbers


BY_HAND = [
    ("1,5", "1.5"), ("40,25", "40.25"), ("-1,5", "-1.5"), (".5", "0.5"), ("5.", "5"), ("+3", "3"),
    ("03", "3"), ("−3", "-3"), ("1.250,5", "1250.5"), ("1,250,000", "1250000"), ("1 000", "1000"),
    ("1'000", "1000"), ("1_000", "1000"), ("1/2", "0.5"), ("2 1/2", "2.5"), ("½", "0.5"), ("3 mm", "3"),
    ("3mm", "3"), ("2,5 mm", "2.5"), ("0x1F", "31"), ("True", "true"), ("False", "false"), ("None", "null"),
    ("NULL", "null"), ("undefined", "null"), ("nil", "null"),
]  # fmt: skip
"""What stands in a file, and what stands there after the hint was followed."""


@pytest.mark.parametrize(("written", "mended"), BY_HAND)
@pytest.mark.parametrize("text", ['{{"a": {}}}', '{{\n  "a": {},\n  "b": 2\n}}', '{{"a": {}, "b": [1, 2]}}'])
def test_hint_on_a_value_gives_json_when_it_is_followed(written: str, mended: str, text: str) -> None:
    fault = fault_of(text.format(written))
    before = text.format("@").partition("@")[0]
    assert (fault.location.line, fault.location.column) == (
        before.count("\n") + 1,
        len(before.rpartition("\n")[2]) + 1,
    )
    assert fault.hint.startswith(f"write {mended}")
    json.loads(text.format(mended))


def test_decimal_comma_is_named_and_thousands_are_not_guessed() -> None:
    assert "decimal comma" in fault_of('{"ring_count":1,5}').hint
    assert fault_of('{"a":1,250}').hint.startswith("write 1250 or 1.250, whichever is meant")
    assert "decimal comma" in fault_of('{"a":1,5e1}').hint


@pytest.mark.parametrize(
    ("written", "mended"),
    [("1,250.00", "1250.00"), ("1,250,000.5", "1250000.5"), ("1'250.5", "1250.5"), ("1,250,000", "1250000")],
)
def test_comma_between_thousands_is_called_no_decimal_comma(written: str, mended: str) -> None:
    for unit, without in (("", ""), (" mm", ", without mm")):
        assert fault_of(f'{{"a": {written}{unit}}}').hint == f"write {mended}{without}"


@pytest.mark.parametrize(
    "text", ['{"a": [1,5]}', '{"a": [[1,5],[2,5]]}', "[1,5]", '{"a": [1,250,100]}', '{"a": 1,"5": 2}']
)
def test_comma_in_a_list_is_right(text: str) -> None:
    assert decode(text.encode()).errors == ()


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ('{"a": 1,5: 2}', (1, 9), 'the key in double quotes: "5"'),
        ('{"a": 1,\n5}', (2, 1), ""),
        ('{"a": "1",5}', (1, 11), ""),
        ('{"a": 1 b: 2}', (1, 9), "comma before"),
        ('{"a": 1 "b": 2}', (1, 9), "comma before"),
        ('{"a": [1 2]}', (1, 10), "comma before"),
        ('{"a": [100 200]}', (1, 12), "comma before"),
        ('{"a": [40 mm, 3]}', (1, 8), "write 40, without mm"),
        ('{"a": 1 // one\n}', (1, 9), "delete the comment"),
        ('{"a": [1,050,000]}', (1, 10), "if it separates thousands"),
        ('{"a": [1,5 mm]}', (1, 10), "if that is a decimal one"),
        ("[10 000, 20 000]", (1, 5),
         "write 10000 if 10 and 000 are one number, or 10, 0 if they are several"),
        ("[1 000 000]", (1, 4), "write 1000000 if 1 and 000 000 are one number"),
        ("[10 500,5, 20]", (1, 5), "write 10500 if 10 and 500 are one number, or a comma before it"),
        ("[10 500,5, 20]", (1, 5), "a point in place of the comma after it if that is a decimal one"),
        ("[10\u202f500]", (1, 5), "write 10500 if 10 and 500 are one number, or a comma before it"),
        ("[-10 500]", (1, 6), "write -10500 if -10 and 500 are one number"),
        ("[100 200]", (1, 6), "write 100200 if 100 and 200 are one number, or a comma before it"),
        ("[10 000 mm]", (1, 2), "write 10000, without mm"),
        ("[10.5 500]", (1, 7), "write a comma before it"),
        ("[1000 500]", (1, 7), "write a comma before it"),
        ("[0 500]", (1, 4), "write a comma before it"),
        ("[10 5000]", (1, 5), "write a comma before it"),
        ("[1 true, 2]", (1, 4), "write a comma before it"),
        ("[1 false]", (1, 4), "write a comma before it"),
        ("[1 null]", (1, 4), "write a comma before it"),
        ("[1 NaN]", (1, 4), "write a comma before it"),
        ("[1 None]", (1, 4), "write a comma before it, and null in its place"),
        ("[1.5 True, 2]", (1, 6), "write a comma before it, and true in its place"),
        ('{"a": 1 true}', (1, 9), "delete one of the two values"),
        ('{"a": 1 None}', (1, 9), "delete one of the two values"),
        ('{"created_at": 31.01.2025}', (1, 16), "or as text in double quotes"),
        ('{"a": 1.2.3}', (1, 7), "or as text in double quotes"),
        ('{"a": 1/2/2025}', (1, 7), "or as text in double quotes"),
        ('{"a": 31.01.2025 17:05}', (1, 7), "text in double quotes"),
        ('{"a": 17:05}', (1, 7), "text in double quotes"),
        ('{"a": 00}', (1, 7), "or as text in double quotes"),
        ('{"a": 1,000: 2}', (1, 9),
         'write "000" if it is a key, or 1000 or 1.000, a comma and the missing key if 1,000 is one number'),
        ('{"a": 1,250: 2}', (1, 9), "or 1250 or 1.250, a comma and the missing key"),
        ('{"a": 1234,250: 2}', (1, 12), 'write the key in double quotes: "250"'),
        ('{"a": 4 0}', (1, 9), ""),
        ('{"a": 1 "b": 2}', (1, 9), "comma before it"),
        ('{"a": 1 b: 2}', (1, 9), "key in double quotes"),
        ('{"a": 2025-01-31}', (1, 7), "one number, or a text"),
        ("```json\n{}\n```", (1, 1), "delete the lines"),
        ('{"a": 50%}', (1, 7), "without %"),
        ('{"a": 3 in}', (1, 7), "without in"),
        ('{"a": 2.5;}', (1, 7), "comma in place of the semicolon"),
        ('{"a": 2.5"}', (1, 7), "delete the quote"),
        ('{"a": 1e}', (1, 7), ""),
        ('{"a": -}', (1, 7), "null if it was never known"),
        ('{"a": ?}', (1, 7), "null if it was never known"),
        ('{"a": }', (1, 7), "missing"),
        ('{"a": 1,, "b": 2}', (1, 9), "delete the extra comma"),
        ('{"a": yes}', (1, 7), "in double quotes"),
        ('{"a": Rope}', (1, 7), "in double quotes"),
        ('{name: "x"}', (1, 2), '"name"'),
        ('{"a": "x" "fine" one"}', (1, 11), "comma before"),
        ('{"a": "Rope "fine" one"}', (1, 14), '\\"'),
        ('{"a" = 1}', (1, 6), "colon"),
        ('{"a: 1}', (1, 2), "double quote"),
        ('{"a": "x";"b": 1}', (1, 10), "comma"),
        ("{'a': 1}", (1, 2), "double quotes"),
        ('{"a": „x“}', (1, 7), "double quotes"),
        ('{"a": "C:\\wood\\new"}', (1, 10), "twice"),
        ('{"a": "b\tc"}', (1, 9), "write \\t"),
        ('{"a": "b\0c"}', (1, 9), "delete it"),
        ('{"a": "b\nc"}', (1, 9), "\\n"),
        ('{\n"a": 1\n"b": 2}', (2, 7), "write a comma there"),
        ('{"a": 1}{"a": 2}', (1, 9), "one list"),
        ('{"a": 1},\n{"a": 2}', (1, 9), "one list"),
        ('{"a": 1}}', (1, 9), "closes too early"),
        ('{"a": 1', (1, 8), "cut off"),
        ('\ufeff\ufeff{"a": 1}', (1, 1), "delete it"),
        ('{\ufeff"a": 1}', (1, 2), "delete this character"),
        ('{"a":\xa01}', (1, 6), "delete this character"),
        ("<!DOCTYPE html>\n<html>{}</html>", (1, 1), "web page"),
        ("data = {}", (1, 1), "before it"),
        ("callback({})", (1, 1), "before it"),
        ("id;name\n1;Rope\n", (1, 1), "not JSON"),
        ("---\nid: x\n", (1, 1), "not JSON"),
        ("{\\rtf1 }", (1, 2), "plain text"),
    ],
)  # fmt: skip
def test_what_stands_there_gets_its_own_hint(text: str, place: tuple[int, int], says: str) -> None:
    fault = fault_of(text)
    assert (fault.code, (fault.location.line, fault.location.column)) == ("json-syntax", place)
    assert says in fault.hint


@pytest.mark.parametrize(
    ("raw", "kind"),
    [(b"\x1f\x8b\x08\0aaaa", "gzip"), (b"PK\x03\x04\x14\0\xfe\xff", "zip"), (b"%PDF-1.7\n\xe2\xe3", "PDF"),
     (b"\x89PNG\r\n\x1a\n\0", "picture"), (b"\xff\xd8\xff\xe0\0", "picture")],
)  # fmt: skip
def test_file_that_holds_no_text_is_named_and_not_taken_for_an_old_code_page(raw: bytes, kind: str) -> None:
    fault = fault_of(raw)
    assert (fault.code, kind in fault.message) == ("encoding-unknown", True)
    assert "cp1252" not in fault.hint
    assert "export" in fault.hint


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda one: one.kind)
@pytest.mark.parametrize("rest", [b"plain text", b"\xff\xfe"])
def test_file_that_holds_no_text_is_named_whether_or_not_it_can_pass_for_text(
    signature: Signature, rest: bytes
) -> None:
    raw = (b"a" * signature.at + signature.mark).ljust(300, b"b") + rest
    fault = decode(raw).errors[0]
    assert signature.kind in f"{fault.message} {fault.hint}"


@pytest.mark.parametrize("name", ["patterns/a.jsonl", "patterns/a.ndjson", "patterns/a.json"])
def test_decimal_comma_in_a_line_is_placed_in_its_line(name: str, native: Any) -> None:
    good = json.dumps(native("patterns"))
    broken = good.replace('"ring_count": 1', '"ring_count": 1,5')
    found = prepare(BY_NAME["patterns"], Reading(name, f"{good}\n{broken}\n".encode(), "0" * 64))
    (diagnostic,) = (one for prepared in found for one in prepared.diagnostics)
    column = broken.index("1,5") + 1
    assert (diagnostic.location.line, diagnostic.location.column) == (2, column)
    assert diagnostic.hint.startswith("write 1.5, with a point in place of the decimal comma")


@pytest.mark.parametrize("count", [10, 59, 60, 61, 5000, 400_000])
def test_long_number_is_looked_at_without_harm(count: int) -> None:
    for text in ("1" * count + ",5", "1" + ",1" * count, "1" + " 000" * count, "0" * count + "x"):
        assert decode(f'{{"a": {text}}}'.encode()).errors[-1].code == "json-syntax"
    assert explain_after_number("1" * count + ",5}", count, in_list=True) is None


def test_hint_shows_no_character_that_cannot_be_seen() -> None:
    for text in ('{"a": 1\u202f000}', '{"a": 3\xa0mm}'):
        fault = fault_of(text)
        assert fault.message.isprintable()
        assert fault.hint.isprintable()


@pytest.mark.parametrize("text", ['{"a": 4 0}', '{"a": 1 true}', '{"a": null 3}'])
def test_comma_is_not_advised_where_it_would_not_help(text: str) -> None:
    assert "comma" not in fault_of(text).hint


@pytest.mark.parametrize("zeros", [b"\0\0\0\0", b"\0\0", b"\0" * 100])
def test_text_whose_beginning_was_lost_to_zero_bytes_is_in_no_other_encoding(zeros: bytes) -> None:
    fault = fault_of(zeros + b'{"id": "p", "ring_count": 1}')
    assert (fault.code, fault.location.line, fault.location.column) == ("json-syntax", 1, 1)
    assert "restore the file from a backup" in fault.hint


@pytest.mark.parametrize("end", ["", "\n", "\r\n \n"])
def test_text_that_is_cut_off_is_not_only_to_be_closed(end: str) -> None:
    fault = fault_of('[{"id": "m5"},\n{"id": "m6", "job_ty' + end)
    assert (fault.location.line, fault.location.column) == (2, 14)
    assert "restore the file from a backup" in fault.hint
