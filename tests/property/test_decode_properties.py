"""What holds for any bytes and any text: nothing raises, nothing is changed, nothing is refused without a
reason."""

import codecs
import json
from decimal import Decimal
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from json_texts import doubtful_texts, mutated, texts, values, written

from rmos_migration.diagnostics import CATALOGUE
from rmos_migration.entities import BY_NAME
from rmos_migration.sources.decode import decode, decode_text
from rmos_migration.sources.document import Document
from rmos_migration.sources.documents import documents_in
from rmos_migration.sources.mended_text import mended
from rmos_migration.sources.scan import scan
from rmos_migration.sources.value_offsets import offsets_in

MARKS = [
    b"",
    codecs.BOM_UTF8,
    codecs.BOM_UTF16_LE,
    codecs.BOM_UTF16_BE,
    codecs.BOM_UTF32_LE,
    codecs.BOM_UTF32_BE,
]


def is_given_back(value: float, exact: Decimal) -> bool:
    """Whether a double is a number's text again, written with the text's own significant digits, up to 17."""
    if value == 0 or exact == 0:
        return value == exact
    count = len("".join(map(str, exact.as_tuple().digits)).strip("0"))
    forms = [Decimal(f"%.{count}g" % value)] if count <= 17 else []
    return exact in [*forms, Decimal(repr(value)), Decimal(value)]


def is_exactly(value: Any, exact: Any) -> bool:
    """Whether a decoded value is the one a reader with unlimited numbers reads: same types, same digits."""
    if isinstance(exact, Decimal):
        return type(value) is float and is_given_back(value, exact)
    if type(value) is not type(exact):
        return False
    if isinstance(value, dict):
        return list(value) == list(exact) and all(is_exactly(value[key], exact[key]) for key in exact)
    if isinstance(value, list):
        return len(value) == len(exact) and all(map(is_exactly, value, exact))
    return value == exact


@given(st.sampled_from(MARKS), st.binary(), st.sampled_from([None, "cp1252", "utf-16-le", "ascii"]))
def test_any_bytes_give_a_value_or_faults(mark: bytes, raw: bytes, fallback: str | None) -> None:
    decoded = decode(mark + raw, fallback)
    assert decoded.value is None or decoded.errors == ()
    assert all(fault.code in CATALOGUE for fault in decoded.errors)


@given(texts)
@example('"\ud800"')
@example('{"\ud800": [NaN, "\udfff"]}')
def test_any_text_gives_a_value_or_faults(text: str) -> None:
    value, faults = decode_text(text)
    assert value is None or faults == ()
    assert all(fault.code in CATALOGUE for fault in faults)


@given(texts)
def test_what_is_accepted_is_read_exactly_as_written(text: str) -> None:
    value, faults = decode_text(text)
    if not faults:
        assert is_exactly(value, json.loads(text, parse_float=Decimal))


@given(values, st.booleans())
def test_what_python_wrote_is_accepted(value: Any, ensure_ascii: bool) -> None:
    decoded = decode(json.dumps(value, ensure_ascii=ensure_ascii).encode())
    assert decoded.errors == ()
    assert repr(decoded.value) == repr(value)


@given(texts.filter(lambda text: not text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}")))
@example("-0")
@example("[1.0, 1e22, 1E22, -0.0]")
@example("[9007199254740993, 18446744073709551615]")
@example('{"a": 1, "a": 1}')
@example('"\\u007f\N{DELETE}"')
def test_bytes_and_text_are_read_alike(text: str) -> None:
    decoded = decode(text.encode())
    value, faults = decode_text(text)
    assert bool(decoded.errors) == bool(faults)
    assert repr(decoded.value) == repr(value)


@given(written, st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]))
def test_encoding_makes_no_difference(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding))[::2] == decode(text.encode())[::2]


@given(doubtful_texts | mutated(), st.sampled_from(["utf-8-sig", "utf-16"]))
def test_encoding_makes_no_difference_to_faults(text: str, encoding: str) -> None:
    if "\0" not in text[:4] and not text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}"):
        assert decode(text.encode(encoding)).errors == decode(text.encode()).errors


@given(texts)
@example('["\ud800"]')
@example("[" * 65 + "]" * 65)
@example("[" * 64 + "]" * 64)
def test_scan_finds_a_fault_exactly_where_the_text_is_refused(text: str) -> None:
    if text.strip():
        assert bool(scan(text)) == bool(decode_text(text)[1])


@given(doubtful_texts | mutated())
def test_faults_lie_inside_the_text(text: str) -> None:
    lines = text.split("\n")
    for fault in scan(text):
        assert fault.location.line is not None
        assert fault.location.column is not None
        assert 1 <= fault.location.column <= len(lines[fault.location.line - 1]) + 1


@given(doubtful_texts | mutated())
def test_faults_can_be_written_down(text: str) -> None:
    for fault in scan(text):
        for part in (fault.message, fault.location.pointer):
            assert part.encode("utf-8", "replace").decode() == part


doubles = st.floats(allow_nan=False, allow_infinity=False)


@given(doubles, st.integers(1, 17))
@example(45 / 7, 17)
@example(5e-324, 1)
@example(1.7976931348623157e308, 17)
@example(2.0**53 + 2, 17)
def test_what_c_wrote_with_enough_digits_is_taken_with_its_value(value: float, count: int) -> None:
    text = f"%.{count}g" % value
    text = text if set(text) & set(".e") else f"{text}.0"
    decoded = decode(f"[{text}]".encode())
    again = float(text)
    if abs(again) == float("inf"):
        assert [fault.code for fault in decoded.errors] == ["json-number-range"]
    elif float(f"%.{count}g" % again) == again and Decimal(f"%.{count}g" % again) == Decimal(text):
        assert decoded.value == [again]
    if count == 17:
        assert decoded.value == [value]


@given(doubles, st.sampled_from(["%.17g", "%.16e", "%.25f", "%.15g", "%r"]))
def test_what_is_taken_is_the_double_that_was_written(value: float, form: str) -> None:
    text = form % value
    decoded = decode(f"[{text}]".encode())
    if not decoded.errors:
        assert decoded.value == [float(text)]
    if form in ("%.16e", "%r"):
        assert decoded.errors == ()
        assert decoded.value == [value]


@given(texts)
@example('[NaN, nan, 1e999, {"a": 1, "a": 2}, "\\ud800"]')
@example("[" + "[" * 70 + "]" * 70 + "]")
@example('{"a": "b" "c"}')
def test_text_has_an_outline_exactly_where_its_faults_leave_it_readable(text: str) -> None:
    outline = mended(text)
    value, faults = decode_text(text)
    if not faults:
        assert outline is not None
        assert repr(outline.value()) == repr(value)
        assert (len(outline.offsets), outline.text) == (0, text)
    elif text.strip() and text.strip("\0 \t\r\n"):
        broken = any(fault.code == "json-syntax" for fault in scan(text, most=10**6))
        assert (outline is None) == broken
    if outline is not None:
        assert len(outline.text) == len(text)
        json.loads(outline.text)


@given(st.lists(doubtful_texts, min_size=2, max_size=5))
def test_each_part_of_a_list_is_found_with_its_own_text(parts: list[str]) -> None:
    text = "[ " + " ,\n".join(parts) + " ]"
    if mended(text) is None:
        return
    found = offsets_in(text, [f"/{number}" for number in range(len(parts))])
    assert [text[spot.begin : spot.end] for spot in found.values()] == [part.strip() for part in parts]


@given(doubtful_texts.filter(lambda text: "NaN" not in text), st.integers(0, 3))
def test_fault_of_a_neighbour_changes_nothing_for_a_document(text: str, place: int) -> None:
    others = ['{"a": 1}', text, '{"b": [1.50, "\\u00e9"]}']
    if decode_text(text)[1] or not text.startswith("{"):
        return
    parts = [*others[:place], '{"x": NaN}', *others[place:]]
    alone = taken(f"[{','.join(others)}]")
    beside = taken(f"[{','.join(parts)}]")
    assert [repr(one.value) for one in beside if not one.errors] == [repr(one.value) for one in alone]
    assert [one.pointer for one in beside if one.errors] == [f"/{min(place, len(others))}"]


def taken(text: str) -> list[Document[str]]:
    """The documents in a text, of which every object is known."""
    return documents_in("a.json", text.encode(), BY_NAME["joblogs"], lambda _, __: None).documents
