"""Same content means equal JSON values, however the numbers are written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_migration.sources.content import content_sha256

WHOLE = st.integers(-(2**63), 2**63 - 1024).map(lambda number: int(float(number)))


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
    ],
)
def test_other_values_have_another_hash(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert content_sha256(one)[0] != content_sha256(other)[0]


def test_the_canonical_form_is_the_same_with_every_library_that_may_be_installed() -> None:
    """It stands in every ledger; orjson before 3.12 wrote exponents without a plus, and so made other hashes."""
    numbers = [1e16, 1e21, 1.5e300, 1e-7, 1e-5, 5e-324, 123456789012345680.0, 2.0, -0.0, 0.1]
    assert content_sha256({"a": numbers})[1] == (
        b'{"a":[10000000000000000,1e+21,1.5e+300,1e-7,0.00001,5e-324,123456789012345680,2,0,0.1]}'
    )
