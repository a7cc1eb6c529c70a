"""Same content means equal JSON values, however they are written: the examples of RFC 8785, and more."""

import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_migration.sources.content import canonical, content_sha256

WHOLE = st.integers(-(10**16), 10**16).map(lambda number: int(float(number)))


@given(WHOLE)
def test_a_whole_number_is_the_same_as_a_float_and_as_an_integer(number: int) -> None:
    assert content_sha256({"a": float(number)}) == content_sha256({"a": number})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": [2.0, {"b": 1.5e16}]}, {"a": [2, {"b": 15 * 10**15}]}),
        ({"a": -0.0}, {"a": 0}),
    ],
)
def test_equal_values_have_one_hash(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert content_sha256(one) == content_sha256(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": "2.0,"}, {"a": "2,"}),
        ({"a": 2}, {"a": "2"}),
        ({"a": True}, {"a": 1}),
        ({"a": None}, {}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": 2**53}, {"a": 2**53 + 1}),
        ({"a": 2**60}, {"a": 2.0**60}),
    ],
)
def test_other_values_have_another_hash(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert content_sha256(one)[0] != content_sha256(other)[0]


def test_the_canonical_form_is_the_same_with_every_library_that_may_be_installed() -> None:
    """It stands in every ledger; orjson before 3.12 wrote exponents without a plus, and so made other
    hashes."""
    numbers = [1e16, 1e21, 1.5e300, 1e-7, 1e-5, 5e-324, 123456789012345680.0, 2.0, -0.0, 0.1]
    assert content_sha256({"a": numbers})[1] == (
        b'{"a":[10000000000000000,1e+21,1.5e+300,1e-7,0.00001,5e-324,123456789012345680,2,0,0.1]}'
    )


NUMBERS = {  # appendix B of the RFC: the bits of a double, and what it is written as
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_are_written_as_the_standard_writes_them(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number) == text.encode()
    assert canonical([number, {"a": number}]) == f'[{text},{{"a":{text}}}]'.encode()


def test_the_document_of_the_standard_has_its_form() -> None:
    """Section 3.2.2 of the RFC."""
    document = json.loads(
        r"""{
          "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
          "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
          "literals": [null, true, false]
        }"""
    )
    expected = (
        r"""{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"""
        r""""string":"€$\u000f\nA'B\"\\\\\"/"}"""
    )
    assert canonical(document).decode() == expected


def test_keys_are_in_the_order_of_the_standard() -> None:
    """Section 3.2.3 of the RFC: a key beyond U+FFFF begins with a code unit below U+E000."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    ordered = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical(dict.fromkeys(keys, 0)))) == ordered
    below = json.loads(canonical([{"a": dict.fromkeys(keys, 1.0)}]))
    assert list(below[0]["a"]) == ordered


@pytest.mark.parametrize(
    ("number", "text"), [(1e-6, "0.000001"), (9.5e-6, "0.0000095"), (1e20, "100000000000000000000")]
)
def test_numbers_at_the_edges_have_no_exponent(number: float, text: str) -> None:
    assert canonical({"a": number}) == f'{{"a":{text}}}'.encode()


@pytest.mark.parametrize("number", [2**53, 2**53 + 1, 2**60, 2**63 - 1, -(2**63)])
def test_large_integers_have_all_their_digits(number: int) -> None:
    """The RFC has no form for them; what a double would make of them is another number."""
    assert canonical([number]) == f"[{number}]".encode()
