"""Same content means equal JSON values, no more and no less (docs/domain.md, Content)."""

import random
from decimal import Decimal
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from json_texts import values

from rmos_migration.sources.content import content_sha256

small = st.recursive(
    st.sampled_from(
        [0, 0.0, -0.0, 1, 1.0, True, False, None, "", "1", "1.0", 10**17, 1e17, 2**53 + 1, 2.0**53]
    ),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(st.sampled_from("ab"), below, max_size=2),
    max_leaves=3,
)


def digest(value: Any) -> str:
    return content_sha256({"value": value})[0]


def is_equal(one: Any, other: Any) -> bool:
    """Equal as JSON values: 2 and 2.0 count as equal, 1 and true do not; a double is the number of its
    shortest digits."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_equal, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return Decimal(repr(one)) == Decimal(repr(other))
    return bool(one == other)


def rewritten(value: Any, chance: random.Random) -> Any:
    """The same JSON value in another order, with whole numbers written the other way here and there."""
    if isinstance(value, dict):
        keys = chance.sample(list(value), len(value))
        return {key: rewritten(value[key], chance) for key in keys}
    if isinstance(value, list):
        return [rewritten(below, chance) for below in value]
    if type(value) is float and value.is_integer() and abs(value) <= 2**53:
        return chance.choice([value, int(value)])
    if type(value) is int and abs(value) <= 2**53:
        return chance.choice([value, float(value)])
    return value


@given(values, st.randoms(use_true_random=False))
def test_same_value_written_otherwise_is_the_same_content(value: Any, chance: random.Random) -> None:
    assert digest(rewritten(value, chance)) == digest(value)


@given(small, small)
@example(10**17, 1e17)
@example(2**53 + 1, 2.0**53)
@example({"a": 1, "b": 2}, {"b": 2.0, "a": 1.0})
@example([-(2**63)], [-(2.0**63)])
@example(1152921504606847000, 2.0**60)
@example(2**60, 2.0**60)
def test_content_is_the_same_exactly_for_equal_values(one: Any, other: Any) -> None:
    assert (digest(one) == digest(other)) == is_equal(one, other)
