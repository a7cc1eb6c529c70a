"""What is said of text that is not JSON: the right place, characters that can be seen, and what to do."""

import json
from typing import Any

import pytest

from rmos_migration.diagnostics import Diagnostic, printable, shown
from rmos_migration.entities import BY_NAME
from rmos_migration.migrate.prepare import prepare
from rmos_migration.sources.decode import decode
from rmos_migration.sources.read import Reading


def fault_of(content: str | bytes, encoding: str | None = None) -> Diagnostic:
    (fault,) = decode(content.encode() if isinstance(content, str) else content, encoding).errors
    return fault


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{\n  "a": 1\n  "b": 2\n}', (2, 9)),
        ('{\n  "a": 1   \n\n\n  "b": 2\n}', (2, 9)),
        ('{\r\n  "a": "x"\r\n  "b": 2\r\n}', (2, 11)),
        ("[\n  1\n  2\n]", (2, 4)),
        ("[\n  {}\n  {}\n]", (2, 5)),
        ('[[1]\n, [2]\n["3"]]', (2, 6)),
        ('{"a": {"b": [1, 2]}\n"c": true}', (1, 20)),
        ("[\n  null\n  null\n]", (2, 7)),
        ("[\n  NaN\n", None),
    ],
)
def test_missing_comma_is_placed_at_the_end_of_its_line(text: str, place: tuple[int, int] | None) -> None:
    fault = decode(text.encode()).errors[-1]
    if place is not None:
        assert (fault.location.line, fault.location.column) == place
        assert "comma" in fault.message


def test_missing_colon_is_placed_at_the_end_of_its_line() -> None:
    fault = fault_of('{\n  "a"\n  1\n}')
    assert (fault.location.line, fault.location.column) == (2, 6)
    assert "colon" in fault.message


@pytest.mark.parametrize(("text", "place"), [('{"a": 1 "b": 2}', (1, 9)), ('{"a": 1\n]', (2, 1))])
def test_what_stands_in_the_place_of_a_comma_is_pointed_at(text: str, place: tuple[int, int]) -> None:
    fault = fault_of(text)
    assert (fault.location.line, fault.location.column) == place


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "say \\"hi\\"" "b": 1}',
        '["x" "y"]',
        '[1, tru, {"a": "b"}]',
        '{"a": "C:\\wood"}',
        '{"a\\"b": 1, "a\\"b": 2}',
        '[{"id": "a"} {"id": "b"}]',
    ],
)
def test_no_quote_in_a_message_is_escaped(text: str) -> None:
    for fault in decode(text.encode()).errors:
        assert '\\"' not in fault.message.replace("written \\\\", "")
        assert "\\\\\\" not in fault.message


def test_value_with_quotes_is_shown_without_escapes() -> None:
    assert shown('8" ring') == '“8" ring”'
    assert shown("plain") == '"plain"'


BLANKS = {
    "\N{LINE SEPARATOR}": "\\u2028",
    "\N{PARAGRAPH SEPARATOR}": "\\u2029",
    "\x85": "\\x85",
    "\x1e": "\\x1e",
    "\x0b": "\\x0b",
    "\x0c": "\\x0c",
    "\N{NO-BREAK SPACE}": "\\xa0",
    "\N{NARROW NO-BREAK SPACE}": "\\u202f",
    "\N{IDEOGRAPHIC SPACE}": "\\u3000",
    "\N{ZERO WIDTH SPACE}": "\\u200b",
    "\N{ZERO WIDTH NO-BREAK SPACE}": "\\ufeff",
    "\N{RIGHT-TO-LEFT MARK}": "\\u200f",
    "\x00": "\\x00",
    "\x7f": "\\x7f",
}


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("text", ["[ 1, {}2]", "[ 11{}, 2]", '{{  {}"a": 1}}', '{{"a":{}1}}', "[ 1 ]{}3"])
def test_blank_that_is_none_is_shown_as_an_escape(text: str, blank: str) -> None:
    fault = fault_of(text.format(blank) if "{}" in text else text)
    assert BLANKS[blank] in fault.message
    assert '""' not in fault.message
    assert fault.message.isprintable()


@pytest.mark.parametrize("blank", BLANKS)
def test_blank_that_is_none_is_an_escape_in_whatever_is_printed(blank: str) -> None:
    assert printable(f"a{blank}b") == f"a{BLANKS[blank]}b"
    assert blank not in shown(f"a{blank}b")


def test_control_character_in_a_text_is_named() -> None:
    assert "a tab" in fault_of('{"a": "b\tc"}').message
    assert "\\x01" in fault_of('{"a": "b\x01c"}').message
    assert "closed on its line" in fault_of('{"a": "b\nc"}').message


# power cuts


@pytest.mark.parametrize("encoding", [None, "cp1252", "utf-16-le"])
@pytest.mark.parametrize(
    "content",
    [b"\0", b"\0" * 4096, b" \n" + b"\0" * 512, b"\0" * 512 + b"\r\n ", b"\xef\xbb\xbf" + b"\0" * 8,
     b"\xff\xfe" + b"\0" * 64, b" " * 2000 + b"\0" * 9, b" \0" * 40],
)  # fmt: skip
@pytest.mark.parametrize("name", ["joblogs/a.json", "joblogs/a.jsonl"])
def test_file_full_of_zero_bytes_is_empty(name: str, content: bytes, encoding: str | None) -> None:
    (one,) = prepare(BY_NAME["joblogs"], Reading(name, content, "0" * 64), encoding)
    assert [d.code for d in one.diagnostics] == ["file-empty"]
    assert "zero bytes" in one.diagnostics[0].message


@pytest.mark.parametrize("beginning", ['{"a": 1}', '{"a": 1}\n', '{"a": 1', '{"a": "Ro', '{"a":', "[1,"])
def test_file_that_ends_in_zero_bytes_was_cut_off_there(beginning: str) -> None:
    fault = fault_of(beginning + "\0" * 100)
    assert fault.code == "json-syntax"
    assert (fault.location.line, fault.location.column) == (
        1 + beginning.count("\n"),
        len(beginning.rpartition("\n")[2]) + 1,
    )
    assert "zero bytes" in fault.message
    assert "backup" in fault.hint


# encodings


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("fallback", [None, "cp1252"])
def test_text_without_a_mark_gets_the_hint_that_helps(encoding: str, fallback: str | None) -> None:
    raw = json.dumps({"a": "Säge"}, ensure_ascii=False).encode(encoding)
    fault = fault_of(raw, fallback)
    assert (fault.code, fault.hint) == ("encoding-unknown", f"run again with --encoding {encoding}")
    decoded: Any = decode(raw, encoding)
    assert decoded.value == {"a": "Säge"}


def test_other_bytes_keep_the_hint_of_the_catalogue() -> None:
    (one,) = prepare(BY_NAME["joblogs"], Reading("joblogs/a.json", b'{"a": "\xe4"}', "0" * 64))
    assert "cp1252" in one.diagnostics[0].hint
