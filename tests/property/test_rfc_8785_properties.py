"""The canonical form is that of RFC 8785, as another library writes it; large integers keep their digits."""

from typing import Any

import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st
from json_texts import values

from rmos_migration.sources.content import canonical

LARGE = 2**53
"""From here on the scheme has no form for integers."""

whole = st.integers(-(10**22), 10**22).map(float)
scaled = st.builds(
    lambda digits, exponent: float(f"{digits}e{exponent}"),
    st.integers(-(10**17), 10**17),
    st.integers(-30, 10),
)
edges = st.sampled_from([1e-7, 1e-6, 1e-5, 1e15, 1e16, 2.0**53, 2.0**63, 1e20, 1e21, 1e22]).flatmap(
    lambda edge: st.floats(edge * 0.9, edge * 1.1)
)
numbers = (
    whole
    | scaled
    | edges
    | edges.map(lambda number: -number)
    | st.floats(allow_nan=False, allow_infinity=False)
)
texts = st.text(
    st.sampled_from('a.0,]}e+-16"\\/\x00\x1f\x7fé€\ud7ff\ue000\ufb33\uffff\U00010000\U0010ffff'), max_size=6
)
tricky: st.SearchStrategy[Any] = st.recursive(
    numbers | texts | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.none(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(texts, below, max_size=4),
    max_leaves=12,
)
"""Values of which the plain way of writing, or the look at what it wrote, might get something wrong."""


def written(value: Any) -> bytes:
    """The form of a value, put together of what the library makes of its parts."""
    if isinstance(value, dict):
        members = (
            written(key) + b":" + written(value[key])
            for key in sorted(value, key=lambda key: key.encode("utf-16-be"))
        )
        return b"{" + b",".join(members) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(written, value)) + b"]"
    if type(value) is int and abs(value) >= LARGE:
        return str(value).encode()
    return rfc8785.dumps(value)


@settings(max_examples=1000)
@given(tricky | values)
@example({"\ufb33": 1, "\U0001f600": 2.0})
@example({"a": "e-6.0,", "b": 4.5e-6})
@example(-0.0)
def test_the_form_is_that_of_the_standard(value: Any) -> None:
    assert canonical(value) == written(value)


@given(tricky | values)
def test_whatever_the_library_takes_has_its_form(value: Any) -> None:
    try:
        expected = rfc8785.dumps(value)
    except rfc8785.IntegerDomainError:
        return
    assert canonical(value) == expected


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
@example(2**53, 2**53 + 1)
@example(2**60, 1152921504606847000)
def test_two_integers_never_have_one_form(one: int, other: int) -> None:
    assert (canonical([one]) == canonical([other])) == (one == other)
