"""Times as RMOS programs wrote them, and the two forms in which columns hold them (docs/domain.md, Times).

Seen so far: ISO 8601 naive, with Z, with offset, with seven digits (.NET), with a blank for the T (SQLite),
date only, epoch seconds as number or text, and PowerShell's ``/Date(ms)/``. A value already in stored form
comes back as the very same object.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from ..diagnostics import shown
from .notes import Notes, UnusableError

_MINUTES = r"(?:[01]\d|2[0-3]):[0-5]\d"
"""Hour and minute. Newer Pythons read 24:00, older ones do not; here none does (docs/domain.md, Times)."""
_SECONDS = rf"{_MINUTES}:[0-5]\d"
_DAY = r"\d{4}-\d\d-\d\d"
_STORED_INSTANT = re.compile(rf"{_DAY}T{_SECONDS}\.\d{{6}}Z", re.ASCII)
_STORED_CLOCK = re.compile(rf"{_DAY}T{_SECONDS}(?:\.\d{{1,6}})?(?:Z|[+-]{_MINUTES})?", re.ASCII)
_SURE = rf"(?!0000)\d{{4}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T{_SECONDS}"
"""Most times are known to be real at a glance, since every month has 28 days."""
_SURE_INSTANT = re.compile(rf"{_SURE}\.\d{{6}}Z", re.ASCII).fullmatch
_SURE_CLOCK = re.compile(rf"{_SURE}(?:\.\d{{1,6}})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)?", re.ASCII).fullmatch
_ANY_CLOCK = re.compile(
    rf"{_DAY}(?:T{_MINUTES}(?::[0-5]\d(?:\.\d{{1,6}})?)?(?:Z|[+-]{_MINUTES})?)?", re.ASCII
)
_ISO = re.compile(
    rf"(?P<day>{_DAY})"
    rf"(?:[Tt ](?P<clock>{_MINUTES}(?::[0-5]\d)?)(?:[.,](?P<fraction>\d{{1,30}}))?"
    r" ?(?P<zone>[Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?",
    re.ASCII,
)
_POWERSHELL_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/", re.ASCII)
_EPOCH_TEXT = re.compile(r"\d{9,10}(?:\.\d{1,30})?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST_EPOCH = 100_000_000
"""Seconds; March 1973. A smaller number in place of a time is a year, a compact date or a counter."""


class _Moment(NamedTuple):
    """A time as read; ``at`` is naive if no zone was written, ``text`` is ISO 8601 as recorded."""

    at: datetime
    text: str
    is_date: bool = False


def instant(value: Any, key: str, notes: Notes) -> str:
    """Translate created_at, updated_at to UTC ``YYYY-MM-DDTHH:MM:SS.ffffffZ``; no zone means UTC (info).

    Raises:
        UnusableError: if the value is not a time.
    """
    if type(value) is str and _STORED_INSTANT.fullmatch(value) and _is_real(value):
        return value
    moment = _moment(value, key)
    at = moment.at
    if at.tzinfo is None:
        code = "time-date-only" if moment.is_date else "time-without-zone"
        notes.append((code, f"{key} {shown(value)} is taken as UTC", key))
        at = at.replace(tzinfo=UTC)
    try:
        return _utc_text(at.astimezone(UTC))
    except OverflowError:
        raise UnusableError(f"{key} {shown(value)} is not a valid time") from None


def clock(value: Any, key: str, notes: Notes) -> str:
    """Translate start_time, end_time to ISO 8601 with their own offset; naive stays naive, a date a date.

    Raises:
        UnusableError: if the value is not a time.
    """
    if type(value) is str and _STORED_CLOCK.fullmatch(value) and _is_real(value):
        return value
    return _moment(value, key).text


def is_instant(text: str) -> bool:
    """Tell whether a text has the form in which ``instant`` gives times."""
    return _SURE_INSTANT(text) is not None or (_STORED_INSTANT.fullmatch(text) is not None and _is_real(text))


def is_clock(text: str) -> bool:
    """Tell whether a text has one of the forms in which ``clock`` gives times."""
    return _SURE_CLOCK(text) is not None or (_ANY_CLOCK.fullmatch(text) is not None and _is_real(text))


def ends_before_start(start: str, end: str) -> bool:
    """Tell whether ``end`` is surely earlier than ``start``, both as ``clock`` returns them."""
    elapsed = elapsed_seconds(start, end)
    return elapsed is not None and elapsed < 0


def elapsed_seconds(start: str, end: str) -> float | None:
    """Return the seconds from one time to another, both as ``clock`` returns them.

    None if they cannot be compared: only one has a zone, only one is a date, or one of them is not a time.
    """
    if (len(start) == 10) != (len(end) == 10):
        return None
    try:
        return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
    except (ValueError, TypeError):  # not a time; with and without a zone
        return None


def _is_real(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _utc_text(at: datetime) -> str:
    return f"{at.isoformat(timespec='microseconds')[:26]}Z"


def _moment(value: Any, key: str) -> _Moment:
    try:
        if type(value) is str:
            return _moment_of_text(value)
        if type(value) in (int, float):
            return _moment_of_seconds(repr(value))
    except (ValueError, OverflowError):
        pass
    raise UnusableError(f"{key} {shown(value)} is not a valid time")


def _moment_of_text(text: str) -> _Moment:
    found = _ISO.fullmatch(text)
    if found is None:
        if ticks := _POWERSHELL_DATE.fullmatch(text):
            return _moment_of_epoch(timedelta(milliseconds=int(ticks[1])))
        if _EPOCH_TEXT.fullmatch(text):
            return _moment_of_seconds(text)
        raise ValueError(text)
    day, hours, fraction, zone = found.group("day", "clock", "fraction", "zone")
    if hours is None:
        return _Moment(datetime.combine(date.fromisoformat(day), datetime.min.time()), day, is_date=True)
    offset = _offset(zone)
    micros = f".{fraction[:6]}" if fraction else ""
    at = datetime.fromisoformat(f"{day}T{hours}{f'{micros:0<7}' if micros else ''}{offset}")
    return _Moment(at, f"{day}T{hours}{micros}{offset}")


def _moment_of_seconds(digits: str) -> _Moment:
    """Return the time of epoch seconds, cut at microseconds, whether given as a number or as text."""
    whole, _, fraction = digits.partition(".")
    if int(whole) < _EARLIEST_EPOCH:
        raise ValueError(digits)
    return _moment_of_epoch(timedelta(seconds=int(whole), microseconds=int(f"{fraction:0<6}"[:6])))


def _offset(zone: str | None) -> str:
    """Return the offset in its usual form: ``Z``, ``+HH:MM``, or nothing."""
    if not zone or zone in "Zz":
        return "Z" if zone else ""
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return f"{zone[0]}{digits[:2]}:{digits[2:]}"


def _moment_of_epoch(since: timedelta) -> _Moment:
    at = _EPOCH + since
    return _Moment(at, _utc_text(at))
