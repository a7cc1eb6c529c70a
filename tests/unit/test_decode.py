"""Every fault of a JSON text has its own code and its place."""

import re

import pytest

from rmos_migration.sources.decode import decode, decode_text
from rmos_migration.sources.scan import MAX_ERRORS


def places(text: str) -> list[tuple[str, int | None, int | None]]:
    return [
        (fault.code, fault.location.line, fault.location.column) for fault in decode(text.encode()).errors
    ]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("[1, 2,]", 1, 6),
        ('{"a": 1,\n}', 1, 8),
        ("{'a': 1}", 1, 2),
        ('{"a": \N{LEFT DOUBLE QUOTATION MARK}x"}', 1, 7),
        ('{"a": 1 // one\n}', 1, 9),
        ('{"a": 1, /* two */ "b": 2}', 1, 10),
        ('# note\n{"a": 1}', 1, 1),
        ('{"a": ...}', 1, 7),
        ('{"a": 1} {"b": 2}', 1, 10),
        ('{"a": 1}\n]', 2, 1),
        ("{}\N{NO-BREAK SPACE}", 1, 3),
        ("[\f1]", 1, 2),
        ('{"a" 1}', 1, 6),
        ('{"a": 1 "b": 2}', 1, 9),
        ("{a: 1}", 1, 2),
        ("[1 2]", 1, 4),
        ("[1}", 1, 3),
        ('{"a": 1]', 1, 8),
        ("[,1]", 1, 2),
        ('{"a":}', 1, 6),
        ('{"a": "b\nc"}', 1, 9),
        ('{"a": "b\tc"}', 1, 9),
        ('{"a": "b\x00c"}', 1, 9),
        ('{"a": "C:\\wood"}', 1, 10),
        ('["\\u12g4"]', 1, 3),
        ('["\\u+123"]', 1, 3),
        ("[01]", 1, 2),
        ("[-01]", 1, 2),
        ("[+1]", 1, 2),
        ("[.5]", 1, 2),
        ("[1.]", 1, 2),
        ("[1e]", 1, 2),
        ("[0x10]", 1, 2),
        ("[1_000]", 1, 2),
        ("[-]", 1, 2),
        ("[True]", 1, 2),
        ("[undefined]", 1, 2),
        ("[nul]", 1, 2),
        ("\N{ZERO WIDTH NO-BREAK SPACE}\N{ZERO WIDTH NO-BREAK SPACE}{}", 1, 1),
    ],
)
def test_text_that_is_not_json_is_a_syntax_fault_at_its_place(text: str, line: int, column: int) -> None:
    assert places(text) == [("json-syntax", line, column)]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"a": [1, 2', 1, 12),
        ('{"a": "b', 1, 7),
        ('{"a":\n', 2, 1),
        ('{"a', 1, 2),
        ("[", 1, 2),
        ('["\\', 1, 3),
    ],
)
def test_truncated_text_is_a_syntax_fault_where_it_breaks_off(text: str, line: int, column: int) -> None:
    assert places(text) == [("json-syntax", line, column)]


@pytest.mark.parametrize("text", ["", " ", " \r\n\t\n", "\N{ZERO WIDTH NO-BREAK SPACE}"])
def test_file_without_text_is_empty_at_its_first_place(text: str) -> None:
    assert places(text) == [("file-empty", 1, 1)]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "nan", "inf", "-inf"])
def test_not_a_number_is_named_with_its_place(word: str) -> None:
    assert places(f'{{"a": 1,\n "b": {word}}}') == [("json-not-a-number", 2, 7)]


@pytest.mark.parametrize(
    ("text", "place", "pointer"),
    [
        ('{"a": 1,\n "b": 2,\n "a": 3}', (3, 2), "/a"),
        ('{"a": 1, "\\u0061": 1}', (1, 10), "/a"),
        ('[{}, {"x/y": {"": 1, "": 2}}]', (1, 22), "/1/x~1y/"),
    ],
)
def test_second_place_of_a_duplicate_key_is_named(text: str, place: tuple[int, int], pointer: str) -> None:
    (fault,) = decode(text.encode()).errors
    assert (fault.code, (fault.location.line, fault.location.column), fault.location.pointer) == (
        "json-duplicate-key",
        place,
        pointer,
    )


def test_message_of_a_duplicate_key_tells_the_first_place() -> None:
    (fault,) = decode(b'{"z": 1,\n    "a": 2,\n "a": 3}').errors
    assert re.findall(r"\d+", fault.message) == ["2", "5"]


def test_equal_keys_in_different_objects_are_no_duplicates() -> None:
    text = '{"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]}'
    assert decode(text.encode()).value == {"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]}


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ('["\\ud800"]', 2),
        ('["a\\udfffb"]', 2),
        ('["\\udc00\\ud800"]', 2),
        ('[1, "\\ud83d\\u0041"]', 5),
        ('{"\\ud83d": 1}', 2),
        ('["\\uD83D\\ud83D\\uDE00"]', 2),
    ],
)
def test_half_a_character_is_named_with_its_place(text: str, column: int) -> None:
    assert places(text) == [("json-surrogate", 1, column)]


def test_half_a_character_written_out_is_a_surrogate_too() -> None:
    _, faults = decode_text('["\ud800"]')
    assert [(fault.code, fault.location.line, fault.location.column) for fault in faults] == [
        ("json-surrogate", 1, 2)
    ]


@pytest.mark.parametrize("text", ['["\\ud83d\\ude00"]', '["\\\\ud800"]', '["\N{GRINNING FACE}"]'])
def test_whole_characters_are_accepted(text: str) -> None:
    assert decode(text.encode()).errors == ()


def test_pointers_to_faults_can_be_stored_as_text() -> None:
    faults = decode(b'{"\\ud800": {"b": NaN}}').errors
    assert [fault.code for fault in faults] == ["json-surrogate", "json-not-a-number"]
    for fault in faults:
        assert fault.location.pointer.encode("utf-8", "replace").decode() == fault.location.pointer


@pytest.mark.parametrize(
    ("opening", "closing", "times"), [("[", "]", 64), ('{"a":', "}", 64), ('[{"b":"[{","a":', "}]", 32)]
)
def test_nesting_of_64_levels_is_accepted_and_65_not(opening: str, closing: str, times: int) -> None:
    allowed = opening * times + "0" + closing * times
    assert decode(allowed.encode()).errors == ()
    too_deep = opening * times + "[0]" + closing * times
    assert places(too_deep) == [("json-depth", 1, 1 + len(opening) * times)]


def test_many_shallow_brackets_and_brackets_in_strings_are_not_deep() -> None:
    text = '[{"a": "' + "[{" * 100 + '\\"["},' + "[[]]," * 100 + "{}]"
    assert len(decode(text.encode()).value) == 102


def test_depth_counts_even_where_the_text_must_be_read_slowly() -> None:
    assert places("[1.50," + "[" * 64 + "]" * 64 + "]") == [("json-depth", 1, 70)]


def test_all_faults_of_one_text_are_reported_in_order() -> None:
    text = (
        '{"a": NaN, "a": 1e999,\n "b": "\\ud800", "c": [12345678901234567890123,\n'
        ' 0.12345678901234567890123], "d": -Infinity,}'
    )
    assert places(text) == [
        ("json-not-a-number", 1, 7),
        ("json-duplicate-key", 1, 12),
        ("json-number-range", 1, 17),
        ("json-surrogate", 2, 7),
        ("json-number-range", 2, 23),
        ("json-number-precision", 3, 2),
        ("json-not-a-number", 3, 35),
        ("json-syntax", 3, 44),
    ]


def test_faults_tell_the_pointer_of_their_value() -> None:
    faults = decode(b'{"a~b": [1, {"c/d": NaN}], "": 1e999}').errors
    assert [fault.location.pointer for fault in faults] == ["/a~0b/1/c~1d", "/"]


def test_faults_beyond_the_cap_are_announced_not_cut_silently() -> None:
    faults = decode(b"[" + b"NaN," * 5_000 + b"1]").errors
    assert len(faults) == MAX_ERRORS
    assert str(MAX_ERRORS) in faults[-1].message
    assert str(MAX_ERRORS) not in faults[-2].message


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{\r\n"a": NaN}', 2, 6),
        ('{"\N{LATIN SMALL LETTER E WITH ACUTE}\N{GRINNING FACE}": NaN}', 1, 8),
        ('\N{ZERO WIDTH NO-BREAK SPACE}{\n\n "a": NaN}', 3, 7),
    ],
)
def test_lines_and_columns_count_characters_from_one(text: str, line: int, column: int) -> None:
    assert places(text) == [("json-not-a-number", line, column)]


def test_refused_text_has_no_value() -> None:
    assert decode(b'{"a": 1, "a": 2}').value is None


@pytest.mark.parametrize("text", ["{}", "[]", "0", '""', "null", "true", ' {"a" :\t[ ]\r\n} '])
def test_any_json_value_is_accepted(text: str) -> None:
    assert decode(text.encode()).errors == ()
