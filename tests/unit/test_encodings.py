"""Files in every encoding RMOS programs and their shells wrote."""

import codecs
import re

import pytest

from rmos_migration.sources.decode import decode, is_codec

TEXT = '{\r\n  "name": "Küche \N{GRINNING FACE}",\r\n  "width": 2.50\r\n}\r\n'
VALUE = {"name": "Küche \N{GRINNING FACE}", "width": 2.5}

MARKED = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
]


@pytest.mark.parametrize(("mark", "encoding"), [(b"", "utf-8"), *MARKED])
@pytest.mark.parametrize("fallback", [None, "cp1252", "utf-16-be"])
def test_marked_text_and_utf8_are_read_whatever_the_fallback(
    mark: bytes, encoding: str, fallback: str | None
) -> None:
    decoded = decode(mark + TEXT.encode(encoding), fallback)
    assert (decoded.value, decoded.encoding, decoded.errors) == (VALUE, encoding, ())


@pytest.mark.parametrize(("mark", "encoding"), MARKED)
def test_places_do_not_count_the_byte_order_mark(mark: bytes, encoding: str) -> None:
    (fault,) = decode(mark + '{"é":\r\n NaN}'.encode(encoding)).errors
    assert (fault.code, fault.location.line, fault.location.column) == ("json-not-a-number", 2, 2)


@pytest.mark.parametrize(("mark", "encoding"), MARKED)
def test_byte_order_mark_alone_is_an_empty_file(mark: bytes, encoding: str) -> None:
    assert [fault.code for fault in decode(mark).errors] == ["file-empty"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("fallback", [None, "cp1252"])
def test_unmarked_utf16_and_utf32_are_refused(encoding: str, fallback: str | None) -> None:
    faults = decode(TEXT.encode(encoding), fallback).errors
    assert [(fault.code, fault.location.line, fault.location.column) for fault in faults] == [
        ("encoding-unknown", 1, 1)
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_unmarked_text_is_read_in_the_encoding_the_user_names(encoding: str) -> None:
    assert decode(TEXT.encode(encoding), encoding).value == VALUE


def test_bytes_that_are_not_utf8_are_refused_with_offset_and_place() -> None:
    (fault,) = decode('{\n "a": "Küche"}'.encode("cp1252")).errors
    assert (fault.code, fault.location.line, fault.location.column) == ("encoding-unknown", 2, 9)
    assert "10" in re.findall(r"\d+", fault.message)


def test_column_of_a_bad_byte_counts_characters_before_it() -> None:
    (fault,) = decode(b'{"\xc3\xbc\xc3\xbc": "\xff"}').errors
    assert (fault.code, fault.location.line, fault.location.column) == ("encoding-unknown", 1, 9)
    assert "10" in re.findall(r"\d+", fault.message)


def test_cp1252_is_read_where_the_user_allows_it() -> None:
    assert decode('{"a": "Küche – 5 €"}'.encode("cp1252"), "cp1252").value == {"a": "Küche – 5 €"}


def test_faults_are_placed_in_text_of_the_fallback_encoding() -> None:
    (fault,) = decode('{"ü": NaN}'.encode("cp1252"), "cp1252").errors
    assert (fault.code, fault.location.line, fault.location.column) == ("json-not-a-number", 1, 7)


@pytest.mark.parametrize("raw", [b'{"a": "\xff"}', b'{"a": "\x81"}'])
def test_bytes_outside_the_fallback_encoding_are_refused(raw: bytes) -> None:
    assert [fault.code for fault in decode(raw, "ascii").errors] == ["encoding-unknown"]


@pytest.mark.parametrize(
    ("raw", "offset"),
    [
        (codecs.BOM_UTF16_LE + b'"\0a\0"', "6"),
        (codecs.BOM_UTF16_BE + b'\0"\xd8\x00\0"', "4"),
        (codecs.BOM_UTF32_LE + b"{\0\0\0}\0\0", "8"),
        (codecs.BOM_UTF8 + b'"\xff"', "4"),
    ],
)
def test_damaged_marked_text_is_refused_with_its_byte_offset(raw: bytes, offset: str) -> None:
    (fault,) = decode(raw, "cp1252").errors
    assert fault.code == "encoding-unknown"
    assert offset in re.findall(r"\d+", fault.message)


@pytest.mark.parametrize("name", ["cp1252", "latin-1", "utf-16-le", "cp437", "shift_jis"])
def test_names_of_text_encodings_are_known(name: str) -> None:
    assert is_codec(name)


@pytest.mark.parametrize("name", ["cp12522", "nonsense", "", "a\0b", "hex", "rot13", "base64"])
def test_names_that_decode_no_text_are_no_encodings(name: str) -> None:
    assert not is_codec(name)
