"""Times as RMOS programs wrote them, and the two forms in which columns hold them (docs/domain.md, Times)."""

from typing import Any

import pytest

from rmos_migration.generations.notes import UnusableError
from rmos_migration.generations.times import clock, instant


def instant_and_notes(value: Any) -> tuple[str, list[tuple[str, str]]]:
    notes: list[tuple[str, str, str]] = []
    return instant(value, "created_at", notes), [(code, key) for code, _, key in notes]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("2025-01-15T10:30:00Z", "2025-01-15T10:30:00.000000Z"),
        ("2025-01-15T10:30:00.214903+00:00", "2025-01-15T10:30:00.214903Z"),
        ("2025-01-15T10:30:00.5Z", "2025-01-15T10:30:00.500000Z"),
        ("2025-01-15T10:30:00.7381472-06:00", "2025-01-15T16:30:00.738147Z"),
        ("2025-01-15T10:30:00.9999999Z", "2025-01-15T10:30:00.999999Z"),
        ("2025-01-15T23:30:00-06:00", "2025-01-16T05:30:00.000000Z"),
        ("2025-01-15T10:30:00+05:30", "2025-01-15T05:00:00.000000Z"),
        ("2025-01-15T10:30:00+0530", "2025-01-15T05:00:00.000000Z"),
        ("2025-01-15 10:30:00Z", "2025-01-15T10:30:00.000000Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"),
        ("/Date(1732896000000)/", "2024-11-29T16:00:00.000000Z"),
        ("/Date(1732896000123)/", "2024-11-29T16:00:00.123000Z"),
        ("/Date(-1000)/", "1969-12-31T23:59:59.000000Z"),
        (1732896000, "2024-11-29T16:00:00.000000Z"),
        (1732896000.25, "2024-11-29T16:00:00.250000Z"),
        ("1732896000", "2024-11-29T16:00:00.000000Z"),
        ("1732896000.25", "2024-11-29T16:00:00.250000Z"),
        (1732896000.1234567, "2024-11-29T16:00:00.123456Z"),
        (1732896000.9999998, "2024-11-29T16:00:00.999999Z"),
        ("1732896000.9999998", "2024-11-29T16:00:00.999999Z"),
        ("1732896000.999999999999999999999999999999", "2024-11-29T16:00:00.999999Z"),
        ("2025-01-15T10:30:00.9999999999999999Z", "2025-01-15T10:30:00.999999Z"),
        (100_000_000, "1973-03-03T09:46:40.000000Z"),
        ("100000000", "1973-03-03T09:46:40.000000Z"),
        ("2025-01-15T23:59:59.999999Z", "2025-01-15T23:59:59.999999Z"),
    ],
)
def test_instant_is_stored_in_utc_with_microseconds(written: Any, stored: str) -> None:
    assert instant_and_notes(written) == (stored, [])


@pytest.mark.parametrize(
    ("written", "stored", "code"),
    [
        ("2025-01-15T10:30:00", "2025-01-15T10:30:00.000000Z", "time-without-zone"),
        ("2025-01-15T10:30:00.7381472", "2025-01-15T10:30:00.738147Z", "time-without-zone"),
        ("2025-01-15 10:30:00", "2025-01-15T10:30:00.000000Z", "time-without-zone"),
        ("2025-01-15T10:30", "2025-01-15T10:30:00.000000Z", "time-without-zone"),
        ("2025-01-15", "2025-01-15T00:00:00.000000Z", "time-date-only"),
    ],
)
def test_instant_without_zone_is_taken_as_utc_and_said(written: str, stored: str, code: str) -> None:
    assert instant_and_notes(written) == (stored, [(code, "created_at")])


def test_stored_instants_sort_as_time_passes() -> None:
    written = [
        "2025-01-15T10:30:00+05:00",
        "2025-01-15T05:30:00.000001Z",
        1736919000.5,
        "2025-01-15T05:30:02",
    ]
    stored = [instant(value, "created_at", []) for value in written]
    assert stored == sorted(stored)
    assert len({len(text) for text in stored}) == 1


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("2025-01-15T10:30:00", "2025-01-15T10:30:00"),
        ("2025-01-15T10:30:00.5", "2025-01-15T10:30:00.5"),
        ("2025-01-15T10:30:00Z", "2025-01-15T10:30:00Z"),
        ("2025-01-15T10:30:00.214903+00:00", "2025-01-15T10:30:00.214903+00:00"),
        ("2025-01-15T10:30:00-06:00", "2025-01-15T10:30:00-06:00"),
        ("2025-01-15T10:30:00.7381472-06:00", "2025-01-15T10:30:00.738147-06:00"),
        ("2025-01-15 10:30:00", "2025-01-15T10:30:00"),
        ("2025-01-15T10:30:00+0530", "2025-01-15T10:30:00+05:30"),
        ("2025-01-15", "2025-01-15"),
        (1732896000, "2024-11-29T16:00:00.000000Z"),
        ("1732896000", "2024-11-29T16:00:00.000000Z"),
        ("/Date(1732896000000)/", "2024-11-29T16:00:00.000000Z"),
    ],
)
def test_clock_keeps_the_offset_it_came_with(written: Any, stored: str) -> None:
    notes: list[tuple[str, str, str]] = []
    assert (clock(written, "start_time", notes), notes) == (stored, [])


@pytest.mark.parametrize("translate", [instant, clock])
@pytest.mark.parametrize(
    "written",
    [
        "yesterday",
        " ",
        "2025-13-01",
        "2025-02-30",
        "2025-02-29T10:00:00",
        "2025-02-30T10:00:00.000000Z",
        "2025-01-15T25:00:00",
        "2025-01-15T10:60:00Z",
        "2025-01-15T10:30:61Z",
        "2025-01-15T10:30:00+99:00",
        "2025-01-15T10:30:00Zulu",
        "2025-01-15T10:30:00Z ",
        "15.01.2025",
        "01/15/2025",
        "20250115",
        "10:30:00",
        "0000-01-01T00:00:00Z",
        "\N{ARABIC-INDIC DIGIT TWO}025-01-15",
        "/Date(now)/",
        "/Date(999999999999999)/",
        "99999999999999999999",
        2025,
        20250115,
        0,
        -1,
        10**18,
        1e300,
        True,
        False,
        [],
        {"$date": "2025-01-15"},
    ],
)
def test_what_is_no_time_is_unusable(translate: Any, written: Any) -> None:
    with pytest.raises(UnusableError):
        translate(written, "created_at", [])


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00"])
def test_instant_outside_the_calendar_is_unusable(written: str) -> None:
    with pytest.raises(UnusableError):
        instant(written, "created_at", [])


@pytest.mark.parametrize("text", ["2025-01-15T10:30:00.214903Z", "1999-12-31T23:59:59.000000Z"])
def test_time_already_in_stored_form_is_the_very_same_text(text: str) -> None:
    assert instant(text, "created_at", []) is text
    assert clock(text, "start_time", []) is text


@pytest.mark.parametrize("translate", [instant, clock])
@pytest.mark.parametrize(
    "written",
    [
        "2025-01-15T24:00",
        "2025-01-15T24:00:00",
        "2025-01-15T24:00:00Z",
        "2025-01-15T24:00:00.000000Z",
        "2025-01-15 24:00:00",
        "2025-01-15T24:00:00.0000000-06:00",
        "2025-01-15T24:00:00+02:00",
        "2025-01-15T10:60",
        "2025-01-15T10:30:60Z",
        "2025-01-15T10:30:00+14:60",
        "2025-01-15T10:30:00+24:00",
        99_999_999,
        99_999_999.9,
        "099999999",
        "099999999.5",
        0,
        -1732896000,
        20250115,
        1732896000000,
    ],
)
def test_what_is_a_time_on_one_python_only_or_no_time_at_all_is_refused_on_every_one(
    translate: Any, written: Any
) -> None:
    with pytest.raises(UnusableError):
        translate(written, "start_time", [])
