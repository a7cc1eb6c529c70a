"""Files have the same content if their JSON values are equal, however written (docs/domain.md, Content)."""

from itertools import combinations

import pytest

from rmos_migration.sources.content import content_sha256
from rmos_migration.sources.decode import decode


def digest(text: str | bytes) -> str:
    decoded = decode(text if isinstance(text, bytes) else text.encode())
    assert decoded.errors == ()
    return content_sha256({"value": decoded.value})[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1, "b": [2]}', '{ "b":[2],\r\n"a":1}'),
        ('{"a": {"x": 1, "y": 2}}', '{"a": {"y": 2, "x": 1}}'),
        ("[2]", "[2.0]"),
        ('{"a": 2}', '{"a": 2.00}'),
        ('{"a": [{"b": 0}]}', '{"a": [{"b": -0.0}]}'),
        ("[-0]", "[0]"),
        ("[100000000000000000000.0]", "[1e20]"),
        ("[100000]", "[1E5]"),
        ("[100000000000000000]", "[1e17]"),
        ("[9007199254740992]", "[9007199254740992.0]"),
        ("[1.50]", "[15e-1]"),
        ('["é"]', '["\\u00e9"]'),
        ('["/"]', '["\\/"]'),
        ('{"a": 2}', '{"a": 2.0}'.encode("utf-16")),
    ],
)
def test_equal_values_have_the_same_digest(one: str, other: str | bytes) -> None:
    assert digest(one) == digest(other)


def test_different_values_have_different_digests() -> None:
    texts = ["1", "true", '"1"', "[1]", '{"1": 1}', "null", "0", "false", '""', "[]", "{}", "1.5", "[1, 2]",
             "[2, 1]", "[[1], 2]", '"a"', '"A"', '" a"', '{"a": null}', '{"a": 1, "b": 2}',
             '{"a": 2, "b": 1}', "9007199254740993", "9007199254740992", "1e300", "5e-324", '["2.0"]',
             '["2"]']  # fmt: skip
    digests = {text: digest(text) for text in texts}
    assert [pair for pair in combinations(texts, 2) if digests[pair[0]] == digests[pair[1]]] == []


@pytest.mark.parametrize("number", [2**53 + 1, -(2**63), 2**63 - 1])
def test_large_integers_keep_all_their_digits(number: int) -> None:
    assert digest(f"[{number}, 1.0]") != digest(f"[{number ^ 1}, 1.0]")
