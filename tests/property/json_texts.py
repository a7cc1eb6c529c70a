"""Strategies for JSON text as files may hold it: right, doubtful, and broken."""

import json
from typing import Any

from hypothesis import strategies as st

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
"""JSON scalars that every reader accepts."""

values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda below: st.lists(below, max_size=5) | st.dictionaries(st.text(max_size=6), below, max_size=5),
    max_leaves=20,
)
"""JSON values that every reader accepts."""

numbers = st.from_regex(
    r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,4})?", fullmatch=True
) | st.sampled_from(
    ["NaN", "-Infinity", "01", "1.", "-", "1e5000", "9223372036854775808", "0.1", "1.50", "2E1"]
)

_pieces = st.sampled_from(
    ["a", "b", "é", "\N{GRINNING FACE}", " ", "/", "\\n", "\\/", '\\"', "\\\\", "\\u0061", "\\ud83d\\ude00",
     "\\ud800", "\\udc00", "\\x", "\\u12", "\t", "\n", "[", "}", ",", "\N{ZERO WIDTH NO-BREAK SPACE}",
     "\N{LINE SEPARATOR}"]
)  # fmt: skip
strings = st.lists(_pieces, max_size=5).map(lambda pieces: f'"{"".join(pieces)}"')
_spaces = st.sampled_from(["", "", "", " ", "\n", "\r\n\t"])


def _list(below: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.lists(below, max_size=4), _spaces).map(
        lambda found: f"[{f',{found[1]}'.join(found[0])}]"
    )


def _object(below: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    keys = st.sampled_from(['"a"', '"\\u0061"', '"b"', '""']) | strings
    member = st.tuples(keys, _spaces, below).map(lambda parts: f"{parts[0]}{parts[1]}:{parts[2]}")
    return st.lists(member, max_size=4).map(lambda members: "{" + ",".join(members) + "}")


doubtful_texts = st.recursive(
    numbers | strings | st.sampled_from(["true", "false", "null"]),
    lambda below: _list(below) | _object(below),
    max_leaves=12,
)
"""Text that is nearly always JSON to a careless reader, and often has something a careful one must refuse."""

written = st.builds(
    json.dumps,
    values,
    ensure_ascii=st.booleans(),
    indent=st.sampled_from([None, 0, 2]),
    separators=st.sampled_from([None, (",", ":")]),
)
"""Text that ``json.dumps`` wrote."""


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Written JSON with a few characters taken out, put in or doubled."""
    text = draw(written | doubtful_texts)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 3))
        put = draw(
            st.sampled_from(["", text[at : at + length] * 2])
            | st.text("[]{},:\"'\\/0-.eEnN \n\0é", max_size=3)
        )
        text = text[:at] + put + text[at + length :]
    return text


texts = written | doubtful_texts | mutated() | st.text()
