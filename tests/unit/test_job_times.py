"""What becomes of the times in a document: columns, what stays in extra, and what is said."""

from typing import Any

import pytest


def test_changed_time_stays_in_extra_and_unchanged_does_not(outcome_of: Any, native: Any) -> None:
    times = {"created_at": "2025-01-15T10:30:00Z", "updated_at": "2025-01-15T10:30:00.000000Z"}
    outcome = outcome_of("joblogs", native("joblogs", times))
    assert outcome.row["created_at"] == outcome.row["updated_at"] == "2025-01-15T10:30:00.000000Z"
    assert outcome.extra == {"created_at": "2025-01-15T10:30:00Z"}


def test_powershell_date_as_it_stands_in_a_file_is_read(outcome_of: Any) -> None:
    text = '{"job_type": "slice", "parameters": {}, "created_at": "\\/Date(1732896000000)\\/"}'
    outcome = outcome_of("joblogs", text)
    assert outcome.row["created_at"] == "2024-11-29T16:00:00.000000Z"
    assert outcome.extra == {"created_at": "/Date(1732896000000)/"}


@pytest.mark.parametrize("key", ["created_at", "updated_at", "start_time", "end_time"])
@pytest.mark.parametrize("value", ["", None])
def test_empty_time_counts_as_absent_and_stays_in_extra(
    key: str, value: Any, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {key: value}))
    assert outcome.row[key] is None
    assert outcome.extra == {key: value}
    assert outcome.found == []


@pytest.mark.parametrize("key", ["created_at", "updated_at", "start_time", "end_time"])
@pytest.mark.parametrize("value", ["soon", 2025, 0, False, [], {}])
def test_unreadable_time_costs_only_its_column(key: str, value: Any, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {key: value}))
    assert outcome.row[key] is None
    assert outcome.extra == {key: value}
    assert outcome.warnings == [("field-unusable", f"/{key}")]


def test_absent_creation_time_is_the_start_in_utc(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"start_time": "2025-01-15T10:30:00-06:00"}))
    assert outcome.row["created_at"] == "2025-01-15T16:30:00.000000Z"
    assert outcome.row["start_time"] == "2025-01-15T10:30:00-06:00"
    assert outcome.row["updated_at"] is None
    assert "created_at" in outcome.derived
    assert outcome.extra == {}


@pytest.mark.parametrize("key", ["started_at", "queued_at"])
def test_start_under_another_key_stands_in_for_the_creation_time_too(
    key: str, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {key: 1732896000, "created_at": None}))
    assert outcome.row["start_time"] == outcome.row["created_at"] == "2024-11-29T16:00:00.000000Z"
    assert outcome.derived >= {"start_time", "created_at"}
    assert outcome.extra == {key: 1732896000, "created_at": None}


def test_unreadable_creation_time_is_not_replaced_by_the_start(outcome_of: Any, native: Any) -> None:
    times = {"start_time": "2025-01-15T10:30:00Z", "created_at": "soon"}
    outcome = outcome_of("joblogs", native("joblogs", times))
    assert outcome.row["created_at"] is None
    assert outcome.warnings == [("field-unusable", "/created_at")]


def test_unreadable_start_leaves_the_creation_time_empty(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"start_time": "soon"}))
    assert (outcome.row["start_time"], outcome.row["created_at"]) == (None, None)
    assert outcome.warnings == [("field-unusable", "/start_time")]


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00"])
def test_start_that_is_no_instant_in_utc_leaves_the_creation_time_empty(
    start: str, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"start_time": start}))
    assert (outcome.row["start_time"], outcome.row["created_at"]) == (start, None)


@pytest.mark.parametrize("folder", ["patterns", "strip_families"])
def test_row_without_recorded_times_has_none(folder: str, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of(folder, native(folder))
    assert (outcome.row["created_at"], outcome.row["updated_at"]) == (None, None)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-01-15T10:30:00", "2025-01-15T10:29:59"),
        ("2025-01-15T10:30:00+02:00", "2025-01-15T10:00:00+05:00"),
        (1732896000, "2024-11-29T15:59:59Z"),
        ("2025-01-15", "2024-01-15"),
    ],
)
def test_end_before_start_is_said_and_both_are_kept(
    start: Any, end: str, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"start_time": start, "end_time": end}))
    assert outcome.warnings == [("end-before-start", "/end_time")]
    assert outcome.row["end_time"] == end
    assert outcome.row["start_time"] is not None


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-01-15T10:30:00", "2025-01-15T10:30:00"),
        ("2025-01-15T10:30:00+05:00", "2025-01-15T06:00:00Z"),
        ("2025-01-15T10:30:00.5", "2025-01-15T10:30:00.51"),
        ("2025-01-15T10:30:00", "2025-01-15"),
        ("2025-01-15T23:00:00", "2025-01-15T10:00:00Z"),
    ],
)
def test_end_that_is_not_known_to_be_before_the_start_is_fine(
    start: str, end: str, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"start_time": start, "end_time": end}))
    assert outcome.warnings == []


def test_duration_is_never_computed(outcome_of: Any, native: Any) -> None:
    times = {"start_time": "2025-01-15T10:30:00", "end_time": "2025-01-15T10:45:00"}
    assert outcome_of("joblogs", native("joblogs", times)).row["duration_seconds"] is None
