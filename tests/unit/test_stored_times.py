"""Which texts have the forms in which times are stored, and how far apart two of them are."""

import pytest

from rmos_migration.generations.times import elapsed_seconds, is_clock, is_instant


@pytest.mark.parametrize(
    "text", ["2024-05-01T10:00:00.000000Z", "2024-02-29T23:59:59.999999Z", "0001-01-31T00:00:00.000000Z"]
)
def test_instant_in_stored_form_is_known(text: str) -> None:
    assert is_instant(text)
    assert is_clock(text)


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29T10:00:00.000000Z", "2024-04-31T10:00:00.000000Z", "2024-13-01T10:00:00.000000Z",
        "0000-01-01T10:00:00.000000Z", "2024-05-01T24:00:00.000000Z", "2024-05-01T10:60:00.000000Z",
        "2024-05-01", "", "soon", "２０２４-05-01T10:00:00.000000Z",
    ],
)  # fmt: skip
def test_what_is_no_instant_is_known(text: str) -> None:
    assert not is_instant(text)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01T10:00:00Z",
        "2024-05-01T10:00:00.000Z",
        "2024-05-01 10:00:00.000000Z",
        "2024-05-01T10:00:00",
    ],
)
def test_time_in_another_form_is_no_instant(text: str) -> None:
    assert not is_instant(text)


@pytest.mark.parametrize(
    "text",
    ["2024-05-01", "2024-05-31T10:00", "2024-05-01T10:00:00", "2024-05-01T10:00:00.5",
     "2024-05-01T10:00:00-06:00", "2024-02-29T10:00:00Z"],
)  # fmt: skip
def test_clock_in_stored_form_is_known(text: str) -> None:
    assert is_clock(text)


@pytest.mark.parametrize(
    "text",
    ["2023-02-29", "2024-05-01 10:00:00", "10:00", "1 May 2024", "2024-05-01T10:00:00+25:00", "2024-W18-3",
     "20240501", ""],
)  # fmt: skip
def test_what_is_no_clock_is_known(text: str) -> None:
    assert not is_clock(text)


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("2024-05-01T10:00:00", "2024-05-01T10:20:00", 1200),
        ("2024-05-01T10:00:00Z", "2024-05-01T12:00:00+02:00", 0),
        ("2024-05-02", "2024-05-01", -86400),
        ("2024-05-01T10:00:00", "2024-05-01T10:20:00Z", None),
        ("2024-05-01", "2024-05-01T10:20:00", None),
        ("soon", "2024-05-01T10:20:00", None),
    ],
)
def test_seconds_between_two_clocks(start: str, end: str, seconds: float | None) -> None:
    assert elapsed_seconds(start, end) == seconds
