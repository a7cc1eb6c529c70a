"""Plain text of 80 columns, and excerpts with a caret under the fault."""

import tracemalloc

import pytest

from rmos_migration.presentation.excerpts import WIDTH as SHOWN
from rmos_migration.presentation.excerpts import excerpt
from rmos_migration.presentation.plain_text import WIDTH, aligned, columns, wrapped


@pytest.mark.parametrize(
    "text",
    ["a few words", "word " * 100, "x" * 500, "木" * 200, "é" * 90 + " " + "木 x" * 60, "e\u0301" * 300, ""],
)
@pytest.mark.parametrize(("indent", "hanging"), [("", None), ("    ", None), ("  ", "        ")])
def test_no_line_is_too_wide_and_nothing_is_lost(text: str, indent: str, hanging: str | None) -> None:
    lines = list(wrapped(text, indent, hanging))
    assert max(columns(line) for line in lines) <= WIDTH
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_the_second_line_hangs() -> None:
    first, second, *_ = wrapped("word " * 40, "* ", "  ")
    assert first.startswith("* word")
    assert second.startswith("  word")


def test_signs_that_steer_are_shown_and_all_others_stay_as_they_are() -> None:
    assert list(wrapped("O’Brien – rope… \u202e\x1b[31m")) == ["O’Brien – rope… \\u202e\\x1b[31m"]


def test_columns_are_aligned_whatever_letters_are_in_them() -> None:
    lines = list(aligned([("", "found"), ("木", "1"), ("ordinary", "1,000")]))
    assert lines == ["          found", "木            1", "ordinary  1,000"]
    assert {columns(line) for line in lines} == {15}


def caret(lines: list[str], line: int, column: int) -> str:
    """The character that the caret stands under."""
    found = excerpt(lines, line, column)
    assert found is not None
    shown = found.lines[found.line - found.first_line]
    assert len(shown) <= SHOWN + 2
    return shown[found.column - 1 :][:1]


@pytest.mark.parametrize("column", [1, 2, 30, 55, 56, 57, 64, 65, 100, 199, 200])
def test_the_caret_stands_under_the_fault_however_long_the_line(column: int) -> None:
    line = "".join(chr(0x4E00 + position) for position in range(200))
    assert caret(["", line, ""], 2, column) == line[column - 1]


def test_what_steers_a_terminal_moves_the_caret_with_it() -> None:
    assert caret(["\t\x1b\u202eX"], 1, 4) == "X"


def test_an_excerpt_is_the_line_with_its_neighbours() -> None:
    lines = ["one\r", "two\r", "three\r", "four\r"]
    found = excerpt(lines, 3, 2)
    assert found is not None
    assert (found.first_line, found.lines, found.line, found.column) == (2, ["two", "three", "four"], 3, 2)
    first = excerpt(lines, 1, 1)
    assert first is not None
    assert (first.first_line, first.lines) == (1, ["one", "two"])


@pytest.mark.parametrize("line", [0, 3])
def test_there_is_no_excerpt_of_a_line_that_is_not_there(line: int) -> None:
    assert excerpt(["a", "b"], line, 1) is None


def test_neighbours_of_a_long_line_that_end_before_it_are_empty() -> None:
    found = excerpt(["short", "x" * 500, "y" * 500], 2, 300)
    assert found is not None
    assert found.lines[0] == ""
    assert found.lines[2].startswith("…y")


def test_excerpts_of_a_file_that_is_one_long_line_copy_none_of_it() -> None:
    line = "x" * 4_000_000
    tracemalloc.start()
    try:
        assert excerpt([line], 1, len(line) - 10) is not None
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
